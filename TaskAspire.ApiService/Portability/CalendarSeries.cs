using Ical.Net;
using Ical.Net.DataTypes;
using TaskAspire.ApiService.Tasks.Recurrence;

namespace TaskAspire.ApiService.Portability;

/// <summary>A series of beginnings, which is what iCalendar has, as the series of due dates that a task has.</summary>
internal static class CalendarSeries
{
    /// <summary>The series with every occurrence as much later on the clock as one time is than another; null when its rule cannot say that.</summary>
    public static SeriesRule? Moved(this SeriesRule series, DateTime from, DateTime to, WallClock clock)
    {
        var rule = series.Rule;
        if (NamesTimes(rule) || from.Date != to.Date && (NamesDays(rule) || DriftsApart(rule, from, to)))
        {
            return null;
        }

        try
        {
            rule.Until = rule.Until is { } until ? Moved(until) : null;
            return new SeriesRule(rule, [.. series.Exceptions.Select(Moved)]);
        }
        catch (ArgumentOutOfRangeException)
        {
            // Beyond the last year of the calendar.
            return null;
        }

        CalDateTime Moved(CalDateTime value) => value switch
        {
            { HasTime: false } => new CalDateTime(DateOnly.FromDateTime(value.Value + (to.Date - from.Date))),
            { IsUtc: false } => new CalDateTime(value.Value + (to - from), null),
            _ => new CalDateTime(clock.ToUtc(clock.At(value.AsUtc) + (to - from)).UtcDateTime),
        };
    }

    private static bool NamesTimes(RecurrenceRule rule) => rule.ByHour.Count + rule.ByMinute.Count + rule.BySecond.Count > 0;

    private static bool NamesDays(RecurrenceRule rule) =>
        rule.ByDay.Count + rule.ByMonth.Count + rule.ByMonthDay.Count + rule.ByYearDay.Count + rule.ByWeekNo.Count > 0;

    // Months differ in length, so only days that all of them have stay as far from each other.
    private static bool DriftsApart(RecurrenceRule rule, DateTime from, DateTime to) =>
        rule.Frequency is FrequencyType.Monthly or FrequencyType.Yearly && (from.Month != to.Month || to.Day > 28);
}
