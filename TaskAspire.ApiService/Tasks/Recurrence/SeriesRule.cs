using System.Globalization;
using Ical.Net.DataTypes;

namespace TaskAspire.ApiService.Tasks.Recurrence;

/// <summary>
/// How a task recurs: an RRULE (RFC 5545 §3.3.10) and the occurrences that are left out (EXDATE, §3.8.5.1). Its text is the one form
/// that is stored and answered: the rule without its <c>RRULE:</c>, in upper case, with each list in order, what is the default left
/// out; then, on lines of their own, the exceptions in UTC.
/// </summary>
internal sealed class SeriesRule(RecurrenceRule rule, IReadOnlyList<CalDateTime> exceptions)
{
    // An import has up to a thousand, which may leave out tens of thousands of occurrences.
    private readonly HashSet<(bool HasTime, bool IsUtc, DateTime Value)> _leftOut = [.. exceptions.Select(e => (e.HasTime, e.IsUtc, e.Value))];

    /// <summary>In <c>UNTIL</c> and in the exceptions a value is a whole day, UTC, or (neither) a time on the clock of the task's zone.</summary>
    public RecurrenceRule Rule => rule;

    /// <summary>Occurrences that are left out; they count for <c>COUNT</c> nevertheless.</summary>
    public IReadOnlyList<CalDateTime> Exceptions => exceptions;

    /// <summary>Whether an occurrence is among the exceptions.</summary>
    public bool LeavesOut(Occurrence occurrence) => _leftOut.Count > 0
        && (_leftOut.Contains((true, true, SeriesTimes.Seconds(occurrence.At.UtcDateTime)))
            || _leftOut.Contains((true, false, SeriesTimes.Seconds(occurrence.Local)))
            || _leftOut.Contains((false, false, occurrence.Local.Date)));

    public override string ToString() => string.Join('\n', Lines());

    private IEnumerable<string> Lines()
    {
        yield return string.Join(';', Parts());
        foreach (var kind in exceptions.GroupBy(e => (e.HasTime, e.IsUtc)).OrderBy(g => g.Key))
        {
            var values = kind.OrderBy(e => e.Value).Distinct().Select(SeriesTimes.Format);
            yield return $"{(kind.Key.HasTime ? "EXDATE:" : "EXDATE;VALUE=DATE:")}{string.Join(',', values)}";
        }
    }

    private IEnumerable<string> Parts()
    {
        yield return $"FREQ={rule.Frequency.ToString().ToUpperInvariant()}";
        if (rule.Interval != 1)
        {
            yield return $"INTERVAL={rule.Interval}";
        }

        if (rule.Count is { } count)
        {
            yield return $"COUNT={count}";
        }

        if (rule.Until is { } until)
        {
            yield return $"UNTIL={SeriesTimes.Format(until)}";
        }

        foreach (var (name, values) in Lists().Where(l => l.Values.Any()))
        {
            yield return $"{name}={string.Join(',', values)}";
        }

        if (rule.FirstDayOfWeek != DayOfWeek.Monday)
        {
            yield return $"WKST={WordOf(rule.FirstDayOfWeek)}";
        }
    }

    private IEnumerable<(string Name, IEnumerable<string> Values)> Lists() =>
    [
        ("BYMONTH", Numbers(rule.ByMonth)),
        ("BYWEEKNO", Numbers(rule.ByWeekNo)),
        ("BYYEARDAY", Numbers(rule.ByYearDay)),
        ("BYMONTHDAY", Numbers(rule.ByMonthDay)),
        ("BYDAY", rule.ByDay.Select(d => $"{d.Offset}{WordOf(d.DayOfWeek)}")),
        ("BYHOUR", Numbers(rule.ByHour)),
        ("BYMINUTE", Numbers(rule.ByMinute)),
        ("BYSECOND", Numbers(rule.BySecond)),
        ("BYSETPOS", Numbers(rule.BySetPosition)),
    ];

    private static IEnumerable<string> Numbers(IEnumerable<int> values) => values.Select(v => v.ToString(CultureInfo.InvariantCulture));

    private static string WordOf(DayOfWeek day) => day.ToString()[..2].ToUpperInvariant();
}
