using System.Globalization;
using TaskAspire.ApiService.Portability;
using TaskAspire.ApiService.Tasks.Recurrence;

namespace TaskAspire.Tests.Portability;

public sealed class CalendarZoneDefinitionTests
{
    [Theory]
    [InlineData("Europe/Berlin")]
    // Winter is the time that is saved.
    [InlineData("Europe/Dublin")]
    // Not the first Sunday, but the first after a day.
    [InlineData("America/Santiago")]
    // Half an hour.
    [InlineData("Australia/Lord_Howe")]
    [InlineData("Pacific/Norfolk")]
    [InlineData("Asia/Kathmandu")]
    public void A_definition_says_what_the_clock_shows(string id)
    {
        var onsets = Onsets(CalendarZoneDefinition.Of(id));

        // From 2038 on, .NET has changes at 24:00 (Santiago's) a day early.
        var zone = TimeZoneInfo.FindSystemTimeZoneById(id);
        for (var time = new DateTime(2026, 1, 1, 12, 0, 0); time.Year < 2038; time = time.AddDays(3))
        {
            var offset = onsets.Last(o => o.Local <= time).Offset;
            Assert.True(zone.GetUtcOffset(time) == offset, $"{time:s}: {offset}");
        }
    }

    private static List<(DateTime Local, TimeSpan Offset)> Onsets(string definition)
    {
        var onsets = new List<(DateTime, TimeSpan)>();
        foreach (var part in definition.Replace("\r\n ", "", StringComparison.Ordinal).Split("BEGIN:").Skip(2))
        {
            var lines = part.Split("\r\n").Select(l => l.Split(':', 2)).Where(l => l.Length == 2).ToLookup(l => l[0], l => l[1]);
            var offset = lines["TZOFFSETTO"].Single();
            var length = TimeSpan.ParseExact(offset[1..], "hhmm", CultureInfo.InvariantCulture) * (offset[0] == '-' ? -1 : 1);
            var first = Time(lines["DTSTART"].Single());
            var times = lines["RRULE"].Select(r => new Series(SeriesRuleParser.Parse(r), new DateTimeOffset(first, TimeSpan.Zero), null))
                .SelectMany(s => Following(s, first)).Concat(lines["RDATE"].SelectMany(d => d.Split(',')).Select(Time)).Prepend(first);
            onsets.AddRange(times.Select(t => (t, length)));
        }

        return [.. onsets.OrderBy(o => o.Item1)];
    }

    private static IEnumerable<DateTime> Following(Series series, DateTime first)
    {
        for (var next = series.NextAfter(new DateTimeOffset(first, TimeSpan.Zero)); next is { Year: < 2060 } time; next = series.NextAfter(time))
        {
            yield return time.UtcDateTime;
        }
    }

    private static DateTime Time(string text) => DateTime.ParseExact(text, "yyyyMMdd'T'HHmmss", CultureInfo.InvariantCulture);
}
