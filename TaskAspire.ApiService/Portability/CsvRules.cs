using System.Globalization;
using CsvHelper.Configuration;

namespace TaskAspire.ApiService.Portability;

/// <summary>How tables are read and written (RFC 4180; lines of others may end as they like).</summary>
internal static class CsvRules
{
    /// <summary>Longer than any field may be, shorter than what would hurt.</summary>
    private const int MaxCell = 64 * 1024;

    // No NewLine: with one, cells with a line end of another kind are not quoted. CR LF is what is written anyway.
    public static CsvConfiguration Rfc4180 { get; } = new(CultureInfo.InvariantCulture)
    {
        MaxFieldSize = MaxCell,
        // Formulas are guarded against by CsvColumns, which can take the guard away again.
        InjectionOptions = InjectionOptions.None,
    };
}
