using Ical.Net.DataTypes;
using TaskAspire.ApiService.Json;

namespace TaskAspire.ApiService.Tasks.Recurrence;

/// <summary>Lines of exceptions: <c>EXDATE:20261225T090000Z</c>, <c>EXDATE;TZID=Europe/Berlin:…</c>, <c>EXDATE;VALUE=DATE:20261225,20261226</c>.</summary>
internal static class ExceptionDates
{
    /// <exception cref="SeriesRuleException">It is something else.</exception>
    public static IEnumerable<CalDateTime> Parse(string line)
    {
        var (head, values) = line.Split(':', 2) is [var left, var right] ? (left.Split(';'), right.Split(',')) : ([line], []);
        if (!head[0].Equals("EXDATE", StringComparison.OrdinalIgnoreCase) || values.Length == 0)
        {
            throw new SeriesRuleException(head[0].ToUpperInvariant() switch
            {
                "DTSTART" => "Leave DTSTART out: a series begins with the dueDate.",
                "RDATE" or "EXRULE" => $"{head[0].ToUpperInvariant()} is not supported; give one RRULE, and EXDATE for what to leave out.",
                _ => $"'{SeriesRuleParser.Quote(line)}' is no EXDATE; after the rule only lines such as EXDATE:20261225T090000Z may follow.",
            });
        }

        string? zone = null;
        foreach (var parameter in head.Skip(1))
        {
            zone = parameter.Split('=', 2) switch
            {
                [var name, var id] when name.Equals("TZID", StringComparison.OrdinalIgnoreCase) && TimeZones.Find(id) is { } known => known,
                [var name, _] when name.Equals("VALUE", StringComparison.OrdinalIgnoreCase) => zone,
                _ => throw new SeriesRuleException($"EXDATE: '{SeriesRuleParser.Quote(parameter)}' is neither VALUE=DATE nor TZID with an IANA zone such as Europe/Berlin."),
            };
        }

        return values.Select(v => ParseOne(v.ToUpperInvariant(), zone));
    }

    private static CalDateTime ParseOne(string text, string? zone)
    {
        var value = SeriesTimes.TryParse(text);
        if (value is { HasTime: true, IsUtc: false } && zone is not null)
        {
            var moment = WallClock.In(zone).ToUtc(value.Value);
            value = Rfc3339Converter.IsInRange(moment) ? new CalDateTime(moment.UtcDateTime) : null;
        }

        return value ?? throw new SeriesRuleException($"EXDATE: '{SeriesRuleParser.Quote(text)}' is no date; write {SeriesTimes.Expected}.");
    }
}
