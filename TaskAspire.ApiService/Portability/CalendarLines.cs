using System.Text;

namespace TaskAspire.ApiService.Portability;

/// <summary>Content lines of iCalendar (RFC 5545 §3.1): name, parameters, value; folded at 75 octets; text escaped (§3.3.11).</summary>
internal sealed class CalendarLines
{
    private const int MaxOctets = 75;

    private readonly StringBuilder _text = new();

    /// <summary>A line whose value has a type that needs no escaping.</summary>
    public CalendarLines Add(string nameAndParameters, string? value)
    {
        if (value is not null)
        {
            AddFolded($"{nameAndParameters}:{value}");
        }

        return this;
    }

    /// <summary>A line of text.</summary>
    public CalendarLines AddText(string name, string? text) => Add(name, text is null ? null : Escape(text));

    /// <summary>A line with a list of texts; none for an empty list.</summary>
    public CalendarLines AddTexts(string name, IReadOnlyCollection<string> texts) => Add(name, texts.Count == 0 ? null : string.Join(',', texts.Select(Escape)));

    public override string ToString() => _text.ToString();

    public static string Escape(string text) => text
        .Replace("\\", "\\\\", StringComparison.Ordinal).Replace(";", "\\;", StringComparison.Ordinal).Replace(",", "\\,", StringComparison.Ordinal)
        .Replace("\r\n", "\\n", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal).Replace("\r", "\\n", StringComparison.Ordinal);

    /// <summary>Splits a list of texts at the commas that are not escaped, and takes the escapes away.</summary>
    public static List<string> Unescape(string value)
    {
        var parts = new List<string>();
        var part = new StringBuilder();
        for (var i = 0; i < value.Length; i++)
        {
            switch (value[i])
            {
                case '\\' when i + 1 < value.Length:
                    part.Append(value[++i] is 'n' or 'N' ? '\n' : value[i]);
                    break;
                case ',':
                    parts.Add(part.ToString());
                    part.Clear();
                    break;
                default:
                    part.Append(value[i]);
                    break;
            }
        }

        parts.Add(part.ToString());
        return parts;
    }

    /// <summary>A text with the escapes taken away.</summary>
    public static string UnescapeOne(string value) => string.Join(',', Unescape(value));

    private void AddFolded(string line)
    {
        var octets = 0;
        foreach (var rune in line.EnumerateRunes())
        {
            // Control characters cannot be said in iCalendar (§3.1), but stand in titles.
            if (Rune.IsControl(rune) && rune.Value != '\t')
            {
                continue;
            }

            if (octets + rune.Utf8SequenceLength > MaxOctets)
            {
                _text.Append("\r\n ");
                octets = 1;
            }

            _text.Append(rune.ToString());
            octets += rune.Utf8SequenceLength;
        }

        _text.Append("\r\n");
    }
}
