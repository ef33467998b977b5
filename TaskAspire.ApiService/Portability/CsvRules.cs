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

    private static CsvConfiguration Semicolons { get; } = Rfc4180 with { Delimiter = ";" };

    /// <summary>The rules of a table: with semicolons between its cells, as Excel writes them where the comma is in numbers, when its first line has them and no comma.</summary>
    public static CsvConfiguration Of(string text)
    {
        var end = text.AsSpan().IndexOfAny('\r', '\n');
        var first = end < 0 ? text : text.AsSpan(0, end);
        return first.Contains(';') && !first.Contains(',') ? Semicolons : Rfc4180;
    }
}
