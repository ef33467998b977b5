using Ical.Net;
using Ical.Net.DataTypes;

namespace TaskAspire.ApiService.Tasks.Recurrence;

/// <summary>Which parts of a rule go together (RFC 5545 §3.3.10), and how much one rule can ask for.</summary>
internal static class SeriesRuleLimits
{
    public static void Check(RecurrenceRule rule)
    {
        var frequency = rule.Frequency;
        var numberedDays = rule.ByDay.Exists(d => d.Offset is not null);
        Refuse(rule.Count is not null && rule.Until is not null, "COUNT and UNTIL do not go together; give one of them.");
        Refuse(rule.ByWeekNo.Count > 0 && frequency != FrequencyType.Yearly, "BYWEEKNO goes with FREQ=YEARLY only.");
        Refuse(
            rule.ByYearDay.Count > 0 && frequency is FrequencyType.Daily or FrequencyType.Weekly or FrequencyType.Monthly,
            "BYYEARDAY does not go with FREQ=DAILY, WEEKLY or MONTHLY.");
        // Programs disagree on what the two mean together, and BYMONTHDAY says it better.
        Refuse(rule.ByYearDay.Count > 0 && rule.ByMonth.Count > 0, "BYYEARDAY does not go with BYMONTH; use BYMONTHDAY.");
        Refuse(rule.ByMonthDay.Count > 0 && frequency == FrequencyType.Weekly, "BYMONTHDAY does not go with FREQ=WEEKLY.");
        Refuse(
            numberedDays && frequency is not (FrequencyType.Monthly or FrequencyType.Yearly),
            "BYDAY has numbers (2MO) with FREQ=MONTHLY and YEARLY only.");
        Refuse(numberedDays && rule.ByWeekNo.Count > 0, "BYDAY with numbers (2MO) does not go with BYWEEKNO.");
        // Allowed by the RFC, but nobody means it, and it is the one combination that takes time without end.
        Refuse(
            numberedDays && (rule.ByMonthDay.Count > 0 || rule.ByYearDay.Count > 0),
            "BYDAY with numbers (2MO) does not go with BYMONTHDAY or BYYEARDAY; give the day of the week without a number.");
        Refuse(
            rule.BySetPosition.Count > 0 && !HasOtherBy(rule),
            "BYSETPOS chooses among what other BY parts name, so it needs one, such as BYDAY.");

        var timesADay = (rule.ByHour.Count, frequency) switch
        {
            (0, FrequencyType.Hourly) => 24,
            (0, _) => 1,
            var (hours, _) => hours,
        };
        timesADay *= Math.Max(rule.ByMinute.Count, 1) * Math.Max(rule.BySecond.Count, 1);
        Refuse(timesADay > SeriesRuleParser.MaxTimesADay, "BYHOUR, BYMINUTE and BYSECOND name more than 24 times a day, the most there is.");
        // Else a rule could name thousands of times in each year to choose one of them.
        Refuse(timesADay > 1 && rule.BySetPosition.Count > 0, "BYSETPOS goes with one time a day; leave out HOURLY and lists in BYHOUR, BYMINUTE and BYSECOND.");
    }

    private static bool HasOtherBy(RecurrenceRule rule) =>
        rule.ByDay.Count > 0 || rule.ByMonth.Count > 0 || rule.ByMonthDay.Count > 0 || rule.ByYearDay.Count > 0
        || rule.ByWeekNo.Count > 0 || rule.ByHour.Count > 0 || rule.ByMinute.Count > 0 || rule.BySecond.Count > 0;

    private static void Refuse(bool wrong, string message)
    {
        if (wrong)
        {
            throw new SeriesRuleException(message);
        }
    }
}
