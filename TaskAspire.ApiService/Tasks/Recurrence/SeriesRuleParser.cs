using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Ical.Net;
using Ical.Net.DataTypes;
using TaskAspire.ApiService.Json;
using TaskAspire.Data.Tasks;

namespace TaskAspire.ApiService.Tasks.Recurrence;

/// <summary>
/// Reads a recurrence as clients write it, and says what is wrong with one in their words. Stricter than RFC 5545 where a rule could
/// make the server work without end, or a task come more often than anybody could do it.
/// </summary>
internal static class SeriesRuleParser
{
    public const int MaxCount = 1_000;
    public const int MaxInterval = 1_000;
    public const int MaxTimesADay = 24;

    private const string RulePrefix = "RRULE:";

    /// <summary>False, and what is wrong, for text that is no recurrence of a task.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out SeriesRule? rule, [NotNullWhen(false)] out string? problem)
    {
        try
        {
            rule = Parse(text);
            problem = null;
            return true;
        }
        catch (SeriesRuleException exception)
        {
            rule = null;
            problem = exception.Message;
            return false;
        }
    }

    /// <exception cref="SeriesRuleException">The text is not a recurrence.</exception>
    public static SeriesRule Parse(string text)
    {
        if (text.Length > TaskItem.RecurrenceMaxLength)
        {
            throw new SeriesRuleException("The recurrence must have at most 2,000 characters.");
        }

        var lines = text.ToUpperInvariant().Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (lines.Length == 0)
        {
            throw new SeriesRuleException("The recurrence is empty; send null for a task that does not recur.");
        }

        var rule = ParseRule(lines[0].StartsWith(RulePrefix, StringComparison.Ordinal) ? lines[0][RulePrefix.Length..] : lines[0]);
        // Time zones are told apart by case, so exceptions are read as they were written.
        var written = text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return new SeriesRule(rule, [.. written.Skip(1).SelectMany(ExceptionDates.Parse)]) is var parsed && parsed.ToString().Length <= TaskItem.RecurrenceMaxLength
            ? parsed
            : throw new SeriesRuleException("The recurrence, with its EXDATE in UTC, must have at most 2,000 characters.");
    }

    private static RecurrenceRule ParseRule(string text)
    {
        var parts = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var part in text.Split(';'))
        {
            var (name, value) = part.Split('=', 2) is [var left, { Length: > 0 } right]
                ? (left, right)
                : throw new SeriesRuleException($"'{Quote(part)}' is no part of an RRULE; parts are NAME=VALUE, with ; between them, such as FREQ=WEEKLY;BYDAY=MO.");
            if (!parts.TryAdd(name, value))
            {
                throw new SeriesRuleException($"{Quote(name)} is given twice.");
            }
        }

        if (!parts.ContainsKey("FREQ"))
        {
            throw new SeriesRuleException("FREQ is missing: HOURLY, DAILY, WEEKLY, MONTHLY or YEARLY.");
        }

        NameLongUnits(parts);
        var rule = new RecurrenceRule(FrequencyType.Daily);
        foreach (var (name, value) in parts)
        {
            Set(rule, name, value);
        }

        SeriesRuleLimits.Check(rule);
        return rule;
    }

    /// <summary>Whole hours, days and weeks that are counted in seconds or minutes: Vikunja writes each day as <c>FREQ=SECONDLY;INTERVAL=86400</c>.</summary>
    private static void NameLongUnits(Dictionary<string, string> parts)
    {
        var unit = parts["FREQ"] switch { "SECONDLY" => 1, "MINUTELY" => 60, _ => 0 };
        if (unit == 0 || parts.Keys.Any(name => name.StartsWith("BY", StringComparison.Ordinal))
            || !int.TryParse(parts.GetValueOrDefault("INTERVAL"), NumberStyles.None, CultureInfo.InvariantCulture, out var interval) || interval == 0)
        {
            return;
        }

        foreach (var (frequency, longUnit) in LongUnits)
        {
            if ((long)interval * unit % longUnit == 0)
            {
                parts["FREQ"] = frequency;
                parts["INTERVAL"] = ((long)interval * unit / longUnit).ToString(CultureInfo.InvariantCulture);
                return;
            }
        }
    }

    private static readonly (string Frequency, int Seconds)[] LongUnits = [("WEEKLY", 7 * 86_400), ("DAILY", 86_400), ("HOURLY", 3_600)];

    private static void Set(RecurrenceRule rule, string name, string value)
    {
        switch (name)
        {
            case "FREQ":
                rule.Frequency = ParseFrequency(value);
                break;
            case "INTERVAL":
                rule.Interval = ParseNumber(name, value, 1, MaxInterval);
                break;
            case "COUNT":
                rule.Count = ParseNumber(name, value, 1, MaxCount);
                break;
            case "UNTIL":
                rule.Until = ParseUntil(value);
                break;
            case "WKST":
                rule.FirstDayOfWeek = ParseDay(name, value).DayOfWeek;
                break;
            case "BYDAY":
                rule.ByDay = [.. List(value).Select(v => ParseDay(name, v)).DistinctBy(d => (d.DayOfWeek, d.Offset))
                    .OrderBy(d => d.Offset ?? 0).ThenBy(d => ((int)d.DayOfWeek + 6) % 7)];
                break;
            case "BYSECOND":
                rule.BySecond = ParseList(name, value, 0, 59);
                break;
            case "BYMINUTE":
                rule.ByMinute = ParseList(name, value, 0, 59);
                break;
            case "BYHOUR":
                rule.ByHour = ParseList(name, value, 0, 23);
                break;
            case "BYMONTH":
                rule.ByMonth = ParseList(name, value, 1, 12);
                break;
            case "BYMONTHDAY":
                rule.ByMonthDay = ParseList(name, value, -31, 31);
                break;
            case "BYYEARDAY":
                rule.ByYearDay = ParseList(name, value, -366, 366);
                break;
            case "BYWEEKNO":
                rule.ByWeekNo = ParseList(name, value, -53, 53);
                break;
            case "BYSETPOS":
                rule.BySetPosition = ParseList(name, value, -366, 366);
                break;
            default:
                throw new SeriesRuleException(
                    $"There is no part {Quote(name)} in an RRULE: FREQ, INTERVAL, COUNT, UNTIL, WKST, BYMONTH, BYWEEKNO, BYYEARDAY, BYMONTHDAY, BYDAY, BYHOUR, BYMINUTE, BYSECOND, BYSETPOS.");
        }
    }

    private static FrequencyType ParseFrequency(string value) => value switch
    {
        "HOURLY" => FrequencyType.Hourly,
        "DAILY" => FrequencyType.Daily,
        "WEEKLY" => FrequencyType.Weekly,
        "MONTHLY" => FrequencyType.Monthly,
        "YEARLY" => FrequencyType.Yearly,
        "SECONDLY" or "MINUTELY" => throw new SeriesRuleException($"FREQ={value} is too often for a task; HOURLY is the shortest. By itself, with an INTERVAL of whole hours, days or weeks, it is read as these."),
        _ => throw new SeriesRuleException($"FREQ={Quote(value)} is not one of HOURLY, DAILY, WEEKLY, MONTHLY, YEARLY."),
    };

    /// <summary>Null for what no series reaches: calendars write 99991231T235959Z for one without end.</summary>
    private static CalDateTime? ParseUntil(string value) => SeriesTimes.TryRead(value) is { } until && until.Value > Rfc3339Converter.Latest.UtcDateTime
        ? null
        : SeriesTimes.TryParse(value) ?? throw new SeriesRuleException($"UNTIL={Quote(value)} is no date; write {SeriesTimes.Expected}.");

    private static WeekDay ParseDay(string part, string value)
    {
        var day = value.Length < 2 ? -1 : Array.IndexOf(Days, value[^2..]);
        var number = value.Length < 2 ? "" : value[..^2];
        if (day < 0 || number.Length > 0 && part == "WKST")
        {
            throw new SeriesRuleException($"{part}: '{Quote(value)}' is not one of MO, TU, WE, TH, FR, SA, SU{(part == "WKST" ? "" : " (with a number before it: 2MO, -1FR)")}.");
        }

        return number.Length == 0 ? new WeekDay((DayOfWeek)day) : new WeekDay((DayOfWeek)day, ParseNumber(part, number, -53, 53));
    }

    private static readonly string[] Days = ["SU", "MO", "TU", "WE", "TH", "FR", "SA"];

    private static List<int> ParseList(string part, string value, int min, int max) =>
        [.. List(value).Select(v => ParseNumber(part, v, min, max)).Distinct().Order()];

    private static string[] List(string value) => value.Split(',');

    private static int ParseNumber(string part, string value, int min, int max) =>
        int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
        && number >= min && number <= max && (number != 0 || min == 0)
            ? number
            : throw new SeriesRuleException(string.Create(
                CultureInfo.InvariantCulture, $"{part}: '{Quote(value)}' is no whole number from {min:N0} to {max:N0}{(min < 0 ? " without 0" : "")}."));

    /// <summary>As much of what was sent as is needed to find it.</summary>
    internal static string Quote(string text) => text.Length <= 40 ? text : text[..40] + "…";
}

/// <summary>A recurrence is not what it must be; the message is for the client.</summary>
internal sealed class SeriesRuleException(string message) : Exception(message);
