using System.Globalization;
using Ical.Net.DataTypes;
using NodaTime;
using NodaTime.TimeZones;
using TaskAspire.ApiService.Tasks.Recurrence;

namespace TaskAspire.ApiService.Portability;

/// <summary>
/// The VTIMEZONE of a zone (RFC 5545 §3.6.5). Not that of Ical.Net, which concludes from the day of one change of the clock on which weekday of
/// the month all are: it has zones such as Santiago and Lord Howe off for days of each year.
/// </summary>
internal static class CalendarZoneDefinition
{
    private const int FirstYear = 1970;

    /// <summary>In so many years a rule has come to each day that it can.</summary>
    private const int Cycle = 28;

    /// <summary>Beyond all changes that are listed by themselves, by a whole cycle without 2100, which is no leap year.</summary>
    private const int LastYear = 2100 + Cycle;

    /// <summary>Empty for a zone that this server knows and the library does not; by its IANA name most readers know it, too.</summary>
    public static string Of(string id)
    {
        if (DateTimeZoneProviders.Tzdb.GetZoneOrNull(id) is not { } zone)
        {
            return "";
        }

        var intervals = zone.GetZoneIntervals(Instant.FromUtc(FirstYear, 1, 1, 0, 0), Instant.FromUtc(LastYear + 1, 1, 1, 0, 0)).ToList();
        var lines = new CalendarLines().Add("BEGIN", "VTIMEZONE").Add("TZID", id).Add("X-LIC-LOCATION", id);
        Add(lines, intervals[0], intervals[0].WallOffset, [new LocalDateTime(FirstYear, 1, 1, 0, 0)], null);
        foreach (var kind in intervals.Zip(intervals.Skip(1)).GroupBy(p => (From: p.First.WallOffset, To: p.Second.WallOffset, p.Second.Savings, p.Second.Name)))
        {
            var onsets = kind.Select(p => p.Second.Start.WithOffset(p.First.WallOffset).LocalDateTime).ToList();
            var ruled = Ruled(onsets);
            var to = kind.First().Second;
            Add(lines, to, kind.Key.From, onsets[..^ruled], null);
            Add(lines, to, kind.Key.From, onsets[^ruled..], ruled > 0 ? Rule(onsets[^Cycle..]) : null);
        }

        return lines.Add("END", "VTIMEZONE").ToString();
    }

    private static void Add(CalendarLines lines, ZoneInterval to, Offset from, List<LocalDateTime> onsets, string? rule)
    {
        if (onsets.Count == 0)
        {
            return;
        }

        var component = to.Savings > Offset.Zero ? "DAYLIGHT" : "STANDARD";
        lines.Add("BEGIN", component).Add("DTSTART", Time(onsets[0])).Add("RRULE", rule);
        // ical.js (Thunderbird, Nextcloud) takes the first date of a line, and beside RDATE not DTSTART.
        foreach (var onset in rule is null && onsets.Count > 1 ? onsets : [])
        {
            lines.Add("RDATE", Time(onset));
        }

        lines.Add("TZNAME", to.Name)
            .Add("TZOFFSETFROM", Text(from))
            .Add("TZOFFSETTO", Text(to.WallOffset))
            .Add("END", component);
    }

    /// <summary>How many of the last changes follow one rule that goes on: once a year, on the same weekday within the same seven days.</summary>
    private static int Ruled(List<LocalDateTime> onsets)
    {
        if (onsets.Count < Cycle || onsets[^1].Year != LastYear)
        {
            return 0;
        }

        var last = onsets[^1];
        var (first, end) = Days(onsets[^Cycle..]);
        var count = 0;
        while (count < onsets.Count && onsets[^(count + 1)] is var onset
            && onset.Year == LastYear - count && onset.Month == last.Month && onset.DayOfWeek == last.DayOfWeek && onset.TimeOfDay == last.TimeOfDay
            && onset.Day >= first && onset.Day <= end)
        {
            count++;
        }

        return count >= Cycle && end - first == 6 ? count : 0;
    }

    private static string Rule(List<LocalDateTime> cycle)
    {
        var (first, end) = Days(cycle);
        var month = cycle[0].Month;
        var day = cycle[0].DayOfWeek.ToString()[..2].ToUpperInvariant();
        var days = first % 7 == 1 ? $"BYDAY={(first / 7) + 1}{day}"
            : month != 2 && end == CalendarSystem.Iso.GetDaysInMonth(LastYear, month) ? $"BYDAY=-1{day}"
            : $"BYDAY={day};BYMONTHDAY={string.Join(',', Enumerable.Range(first, 7))}";
        return $"FREQ=YEARLY;BYMONTH={month};{days}";
    }

    private static (int First, int Last) Days(List<LocalDateTime> cycle) => (cycle.Min(o => o.Day), cycle.Max(o => o.Day));

    private static string Time(LocalDateTime time) => SeriesTimes.Format(new CalDateTime(time.ToDateTimeUnspecified()));

    private static string Text(Offset offset) => offset.ToString(offset.Seconds % 60 == 0 ? "+HHmm" : "+HHmmss", CultureInfo.InvariantCulture);
}
