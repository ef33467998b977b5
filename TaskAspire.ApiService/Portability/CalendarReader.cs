using System.Collections.Frozen;
using System.Diagnostics;
using System.Text;
using System.Text.Unicode;

namespace TaskAspire.ApiService.Portability;

/// <summary>A content line of iCalendar.</summary>
/// <param name="Number">The line of the file it begins on, from 1.</param>
/// <param name="Name">In upper case.</param>
/// <param name="Parameters">By name in upper case; quotes are taken off.</param>
/// <param name="Raw">The parameters as they were, each with its semicolon.</param>
/// <param name="Value">As it was.</param>
internal sealed record CalendarLine(int Number, string Name, IReadOnlyDictionary<string, string> Parameters, string Raw, string Value)
{
    /// <summary>Whether a parameter has one of the values that the standard names, which can be written in upper or lower case (§2).</summary>
    public bool Has(string parameter, string value) => Parameters.GetValueOrDefault(parameter, "").Equals(value, StringComparison.OrdinalIgnoreCase);
}

/// <summary>A component, such as a VTODO, with what is in it.</summary>
internal sealed record CalendarComponent(int Number, string Name)
{
    /// <summary>Of each name the first two, apart from <see cref="Lists"/>: a second one is an error, or of no account.</summary>
    public List<CalendarLine> Lines { get; } = [];

    /// <summary>Those that may be there any number of times.</summary>
    public List<CalendarLine> Lists { get; } = [];

    public List<CalendarComponent> Components { get; } = [];

    /// <summary>The first of that name.</summary>
    public CalendarLine? Find(string name) => All(name).FirstOrDefault();

    public IEnumerable<CalendarLine> All(string name)
    {
        Debug.Assert(CalendarReader.Properties.Contains(name), $"{name} is not among the properties that are kept.");
        return (CalendarReader.IsList(name) ? Lists : Lines).Where(l => l.Name == name);
    }

    public void Add(CalendarLine line)
    {
        if (CalendarReader.IsList(line.Name))
        {
            Lists.Add(line);
        }
        else if (Lines.Count(l => l.Name == line.Name) < 2)
        {
            Lines.Add(line);
        }
    }
}

/// <summary>
/// Takes an iCalendar object apart (RFC 5545 §3.1). By hand, since an answer names the line that is wrong, which a parser that hands out
/// components has forgotten, and since what is read comes from strangers: one pass, no recursion, and nothing kept that no task has a field for, of
/// which a file may have millions.
/// </summary>
internal static class CalendarReader
{
    private const int MaxDepth = 8;

    /// <summary>In characters. Longer than any field may be, shorter than what would hurt when it is taken apart.</summary>
    private const int LongestValue = 128 * 1024;

    private static readonly FrozenSet<string> Components = ["VCALENDAR", "VTODO", "VALARM"];

    private static readonly IReadOnlyDictionary<string, string> NoParameters = FrozenDictionary<string, string>.Empty;

    /// <summary>What is kept of a component, where it says something: some programs write <c>DUE:</c> for what has none.</summary>
    public static FrozenSet<string> Properties { get; } =
    [
        "ACTION", "CATEGORIES", "COMPLETED", "CREATED", "DESCRIPTION", "DTSTART", "DUE", "DURATION", "EXDATE", "EXRULE", "PERCENT-COMPLETE", "PRIORITY", "PROXIMITY",
        "RDATE", "RECURRENCE-ID", "RELATED-TO", "RRULE", "STATUS", "SUMMARY", "TRIGGER", "UID", "X-APPLE-PROXIMITY", CalendarExport.CategoryProperty, "X-WR-TIMEZONE",
    ];

    /// <summary>Whether there may be any number of lines of the name.</summary>
    public static bool IsList(string name) => name is "CATEGORIES" or "EXDATE" or "RELATED-TO";

    /// <summary>The outermost components; what is wrong goes to <paramref name="errors"/>.</summary>
    /// <param name="octets">The file, with a character for each octet: a line may be folded between two octets of a character (§3.1).</param>
    /// <param name="mostTasks">With one more it stops reading.</param>
    /// <param name="errors">What is wrong, by its line.</param>
    public static List<CalendarComponent> Read(string octets, int mostTasks, ImportErrors errors)
    {
        var tasks = 0;
        var outermost = new List<CalendarComponent>();
        var open = new Stack<CalendarComponent>();
        foreach (var (number, line) in Unfold(octets))
        {
            if (Decode(line) is not { } text)
            {
                errors.Add($"line {number}", "The line is not valid UTF-8. Save the file in that encoding.");
                return [];
            }

            if (Parse(number, text) is not { } parsed)
            {
                errors.Add($"line {number}", "A line of iCalendar is NAME:value, with parameters as NAME;PARAMETER=value:value.");
                return [];
            }

            switch (parsed.Name)
            {
                case "BEGIN" when open.Count == MaxDepth:
                    errors.Add($"line {number}", $"Components are nested deeper than {MaxDepth} levels.");
                    return [];
                case "BEGIN" when tasks > mostTasks:
                    return outermost;
                case "BEGIN":
                    var component = new CalendarComponent(number, parsed.Value.Trim().ToUpperInvariant());
                    if (Components.Contains(component.Name))
                    {
                        (open.TryPeek(out var parent) ? parent.Components : outermost).Add(component);
                        tasks += component.Name == "VTODO" && parent?.Name == "VCALENDAR" ? 1 : 0;
                    }

                    open.Push(component);
                    break;
                case "END" when open.TryPeek(out var current) && current.Name.Equals(parsed.Value.Trim(), StringComparison.OrdinalIgnoreCase):
                    open.Pop();
                    break;
                case "END":
                    errors.Add($"line {number}", "This END has no BEGIN, or closes another component than the last that was opened.");
                    return [];
                case "VERSION" when parsed.Value.Trim() == "1.0":
                    errors.Add($"line {number}, VERSION", "This is vCalendar 1.0, which says the same things in other ways. Export it as iCalendar, version 2.0.");
                    return [];
                default:
                    if (!open.TryPeek(out var owner))
                    {
                        errors.Add($"line {number}", "An iCalendar object begins with BEGIN:VCALENDAR.");
                        return [];
                    }

                    if (!Properties.TryGetValue(parsed.Name, out var property) || string.IsNullOrWhiteSpace(parsed.Value))
                    {
                        break;
                    }

                    if (parsed.Value.Length > LongestValue)
                    {
                        errors.Add($"line {number}, {property}", $"It has more than {LongestValue / 1024} Ki characters, which no field of a task can.");
                        return [];
                    }

                    // One text for all that have the name.
                    owner.Add(parsed with { Name = property });
                    break;
            }
        }

        if (open.TryPeek(out var unclosed))
        {
            errors.Add($"line {unclosed.Number}", $"The component has no END; the file was cut short.");
            return [];
        }

        return outermost;
    }

    /// <summary>Null for what is no UTF-8; replacing what cannot be read would import something else.</summary>
    private static string? Decode(string octets)
    {
        if (Ascii.IsValid(octets))
        {
            return octets;
        }

        var bytes = Encoding.Latin1.GetBytes(octets);
        return Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes).TrimStart('\uFEFF') : null;
    }

    private static IEnumerable<(int Number, string Line)> Unfold(string octets)
    {
        var reader = new StringReader(octets);
        var line = new StringBuilder();
        var (number, begin) = (0, 0);
        while (reader.ReadLine() is { } next)
        {
            number++;
            if (next.Length > 0 && next[0] is ' ' or '\t' && begin > 0)
            {
                line.Append(next, 1, next.Length - 1);
                continue;
            }

            if (line.Length > 0)
            {
                yield return (begin, line.ToString());
            }

            line.Clear().Append(next);
            begin = number;
        }

        if (line.Length > 0)
        {
            yield return (begin, line.ToString());
        }
    }

    private static CalendarLine? Parse(int number, string line)
    {
        var quoted = false;
        var cuts = new List<int>();
        var colon = -1;
        for (var i = 0; i < line.Length && colon < 0; i++)
        {
            quoted ^= line[i] == '"';
            if (!quoted && line[i] == ';')
            {
                cuts.Add(i);
            }
            else if (!quoted && line[i] == ':')
            {
                colon = i;
            }
        }

        if (colon <= 0)
        {
            return null;
        }

        cuts.Add(colon);
        var parameters = cuts.Count == 1 ? null : new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i + 1 < cuts.Count; i++)
        {
            if (line[(cuts[i] + 1)..cuts[i + 1]].Split('=', 2) is not [{ Length: > 0 } name, var value])
            {
                return null;
            }

            parameters![name.ToUpperInvariant()] = value.Trim('"');
        }

        return new CalendarLine(number, line[..cuts[0]].ToUpperInvariant(), parameters ?? NoParameters, line[cuts[0]..colon], line[(colon + 1)..]);
    }
}
