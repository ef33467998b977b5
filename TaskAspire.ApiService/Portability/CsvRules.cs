using System.Globalization;
using CsvHelper.Configuration;

namespace TaskAspire.ApiService.Portability;

/// <summary>How tables are read and written (RFC 4180).</summary>
internal static class CsvRules
{
    /// <summary>Longer than any field may be, shorter than what would hurt.</summary>
    private const int MaxCell = 64 * 1024;

    public static CsvConfiguration Rfc4180 { get; } = new(CultureInfo.InvariantCulture)
    {
        NewLine = "\r\n",
        MaxFieldSize = MaxCell,
        // Formulas are guarded against by CsvColumns, which can take the guard away again.
        InjectionOptions = InjectionOptions.None,
    };

    /// <summary>Tables of others end their lines as they like.</summary>
    public static CsvConfiguration AnyLineEnd { get; } = new(CultureInfo.InvariantCulture) { MaxFieldSize = MaxCell };
}
