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
            rule.Until = rule.Until is { } until ? Moved(until, from, to, clock) : null;
            return new SeriesRule(rule, [.. series.Exceptions.Select(e => Moved(e, from, to, clock))]);
        }
        catch (ArgumentOutOfRangeException)
        {
            // Beyond the last year of the calendar.
            return null;
        }
    }

    /// <summary>The series with those exceptions moved that name an occurrence by when it begins; what would lie beyond the calendar leaves nothing out.</summary>
    public static SeriesRule WithExceptionsMoved(this SeriesRule series, DateTime from, DateTime to, WallClock clock)
    {
        return new SeriesRule(series.Rule, [.. series.Exceptions.Select(e => NamesBeginning(e) ? TryMove(e) : e).OfType<CalDateTime>()]);

        bool NamesBeginning(CalDateTime e) => !e.HasTime || (e.IsUtc ? clock.At(e.AsUtc) : e.Value).TimeOfDay == from.TimeOfDay;

        CalDateTime? TryMove(CalDateTime e)
        {
            try
            {
                return Moved(e, from, to, clock);
            }
            catch (ArgumentOutOfRangeException)
            {
                return null;
            }
        }
    }

    /// <summary>The series without the exceptions that lie before an occurrence.</summary>
    public static SeriesRule From(this SeriesRule series, DateTimeOffset occurrence, WallClock clock) =>
        new(series.Rule, [.. series.Exceptions.Where(e => !e.IsBefore(new Tasks.Recurrence.Occurrence(clock.At(occurrence), occurrence)))]);

    private static CalDateTime Moved(CalDateTime value, DateTime from, DateTime to, WallClock clock) => value switch
    {
        { HasTime: false } => new CalDateTime(DateOnly.FromDateTime(value.Value + (to.Date - from.Date))),
        { IsUtc: false } => new CalDateTime(value.Value + (to - from), null),
        _ => new CalDateTime(clock.ToUtc(clock.At(value.AsUtc) + (to - from)).UtcDateTime),
    };

    private static bool NamesTimes(RecurrenceRule rule) => rule.ByHour.Count + rule.ByMinute.Count + rule.BySecond.Count > 0;

    private static bool NamesDays(RecurrenceRule rule) =>
        rule.ByDay.Count + rule.ByMonth.Count + rule.ByMonthDay.Count + rule.ByYearDay.Count + rule.ByWeekNo.Count > 0;

    // Months differ in length, so only days that all of them have stay as far from each other.
    private static bool DriftsApart(RecurrenceRule rule, DateTime from, DateTime to) =>
        rule.Frequency is FrequencyType.Monthly or FrequencyType.Yearly && (from.Month != to.Month || to.Day > 28);
}
