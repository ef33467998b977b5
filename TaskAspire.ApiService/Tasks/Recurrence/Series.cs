using Ical.Net;
using Ical.Net.DataTypes;
using Ical.Net.Evaluation;
using TaskAspire.ApiService.Json;

namespace TaskAspire.ApiService.Tasks.Recurrence;

/// <summary>
/// The occurrences of a recurring task: its rule, applied on the clock of its zone from the due date with which it began. That one
/// is always the first occurrence, whether or not the rule would name it (RFC 5545 §3.8.5.3).
/// </summary>
internal sealed class Series(SeriesRule rule, DateTimeOffset start, string? timeZone)
{
    private const int LastYear = 9998;

    /// <summary>How far a series with COUNT is counted: each answer counts from its beginning.</summary>
    private const int YearsCounted = 100;

    private readonly WallClock _clock = WallClock.In(timeZone);

    /// <summary>What is wrong with a rule that is to begin now; null when it can.</summary>
    public string? Problem()
    {
        if (rule.Rule.Until?.IsBefore(Beginning) == true)
        {
            return "UNTIL lies before the dueDate, with which the series begins.";
        }

        try
        {
            // Whatever is left out of it: a rule that occurs does so again, and the days of an hourly series can be thousands of occurrences.
            _ = Following(start).Any();
            return null;
        }
        catch (EvaluationLimitExceededException)
        {
            return "The rule never occurs again, or too rarely for its FREQ: it must within 744 hours, 2,928 days, 53 weeks, 96 months or 40 years (times INTERVAL).";
        }
    }

    /// <summary>The first occurrence that is not left out; null when none is left.</summary>
    public DateTimeOffset? First => rule.LeavesOut(Beginning) ? NextAfter(start) : start;

    /// <summary>The first occurrence after a moment; null when the series has ended by then.</summary>
    public DateTimeOffset? NextAfter(DateTimeOffset moment)
    {
        try
        {
            return Following(moment).Where(o => !rule.LeavesOut(o)).Select(o => (DateTimeOffset?)o.At).FirstOrDefault();
        }
        catch (EvaluationLimitExceededException)
        {
            return null;
        }
    }

    private Occurrence Beginning => new(_clock.At(start), start);

    /// <summary>Occurrences after a moment, in order, also those that are left out; endless for a rule without end.</summary>
    private IEnumerable<Occurrence> Following(DateTimeOffset moment)
    {
        // A set (RFC 5545 §3.8.5.3): two parts of a rule can name the same time, and the start of daylight saving makes one moment of two times.
        var counted = new HashSet<DateTimeOffset> { start };
        foreach (var local in FollowingTimes(moment))
        {
            var occurrence = new Occurrence(local, _clock.ToUtc(local));
            if (!counted.Add(occurrence.At))
            {
                continue;
            }

            if (counted.Count > rule.Rule.Count || !Rfc3339Converter.IsInRange(occurrence.At) || rule.Rule.Until?.IsBefore(occurrence) == true)
            {
                yield break;
            }

            if (occurrence.At > moment)
            {
                yield return occurrence;
            }
        }
    }

    /// <summary>
    /// What the rule names after the first occurrence, as times without a zone: there, an hour is an hour. With COUNT from the
    /// beginning, since they must be counted; else from shortly before the moment on.
    /// </summary>
    private IEnumerable<DateTime> FollowingTimes(DateTimeOffset moment)
    {
        var first = Beginning.Local;
        var fraction = TimeSpan.FromTicks(first.Ticks % TimeSpan.TicksPerSecond);
        var unlimited = new RecurrenceRule();
        unlimited.CopyFrom(rule.Rule);
        (unlimited.Until, unlimited.Count) = (null, null);
        if (unlimited is { Frequency: FrequencyType.Yearly, ByMonthDay.Count: > 0, ByMonth.Count: 0, ByWeekNo.Count: 0, ByYearDay.Count: 0 })
        {
            // Ical.Net takes the month from the beginning; by the table in RFC 5545 §3.3.10, BYMONTHDAY stands for each month.
            unlimited.ByMonth = [.. Enumerable.Range(1, 12)];
        }

        if (unlimited.Frequency == FrequencyType.Hourly && HoursOfEachDay(unlimited, first.Hour) is { Count: > 0 } hours)
        {
            // Days without an occurrence are stepped over as such: those between two summers have too many hours to look through.
            (unlimited.Frequency, unlimited.Interval, unlimited.ByHour) = (FrequencyType.Daily, 1, hours);
        }

        var near = rule.Rule.Count is null ? _clock.At(moment).AddDays(-2) : first;
        var begin = new CalDateTime(Forwarded(first - fraction, near), null);
        return Walk(unlimited, begin, near > begin.Value ? new CalDateTime(near, null) : null)
            .Select(p => p.StartTime.Value + fraction)
            .TakeWhile(t => t.Year <= (rule.Rule.Count is null ? LastYear : Math.Min(LastYear, first.Year + YearsCounted)))
            .Where(t => t > first);
    }

    /// <summary>The hours of an hourly rule that has the same ones on each day; none for another.</summary>
    private static List<int> HoursOfEachDay(RecurrenceRule rule, int first) =>
        // BYYEARDAY goes with HOURLY and not with DAILY.
        24 % rule.Interval == 0 && rule.ByYearDay.Count == 0
            ? [.. Enumerable.Range(0, 24).Where(h => (h - first) % rule.Interval == 0 && (rule.ByHour.Count == 0 || rule.ByHour.Contains(h)))]
            : [];

    /// <summary>Ends where the years of the calendar do, at which Ical.Net throws.</summary>
    private static IEnumerable<Period> Walk(RecurrenceRule rule, CalDateTime begin, CalDateTime? from)
    {
        IEnumerator<Period>? periods = null;
        try
        {
            while (true)
            {
                try
                {
                    periods ??= new RecurrencePatternEvaluator(rule)
                        .Evaluate(begin, from, new EvaluationOptions { MaxUnmatchedIncrementsLimit = PatienceOf(rule.Frequency) })
                        .GetEnumerator();
                    if (!periods.MoveNext())
                    {
                        yield break;
                    }
                }
                catch (Exception e) when (e is EvaluationOutOfRangeException or ArgumentOutOfRangeException)
                {
                    yield break;
                }

                yield return periods.Current;
            }
        }
        finally
        {
            periods?.Dispose();
        }
    }

    /// <summary>
    /// The same series, begun later. Ical.Net walks from the beginning to where it is asked for, step by step; for the short
    /// frequencies a multiplication leads there, too. (Months and years differ in length, but there are few of them.)
    /// </summary>
    private DateTime Forwarded(DateTime first, DateTime near)
    {
        var step = rule.Rule.Frequency switch
        {
            FrequencyType.Hourly => TimeSpan.FromHours(rule.Rule.Interval),
            FrequencyType.Daily => TimeSpan.FromDays(rule.Rule.Interval),
            FrequencyType.Weekly => TimeSpan.FromDays(7L * rule.Rule.Interval),
            _ => TimeSpan.MaxValue,
        };
        var steps = (near - first).Ticks / step.Ticks - 1;
        return steps > 0 ? first.AddTicks(steps * step.Ticks) : first;
    }

    /// <summary>How many hours, days, … without an occurrence are looked through: what a rule with a BYMONTH needs, 29 February, or that on a Sunday.</summary>
    private static int PatienceOf(FrequencyType frequency) => frequency switch
    {
        FrequencyType.Yearly => 40,
        FrequencyType.Monthly => 8 * 12,
        FrequencyType.Weekly => 53,
        FrequencyType.Daily => 8 * 366,
        _ => 31 * 24,
    };
}
