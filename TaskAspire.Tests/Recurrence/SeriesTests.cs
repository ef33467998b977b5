using System.Globalization;
using TaskAspire.ApiService.Tasks.Recurrence;

namespace TaskAspire.Tests.Recurrence;

public sealed class SeriesTests
{
    /// <summary>The examples of RFC 5545 §3.8.5.3, all at 09:00 in New York, with the dates that it lists.</summary>
    [Theory]
    [InlineData("FREQ=DAILY;COUNT=10", "1997-09-02 09-03 09-04 09-05 09-06 09-07 09-08 09-09 09-10 09-11 end")]
    [InlineData("FREQ=DAILY;INTERVAL=10;COUNT=5", "1997-09-02 09-12 09-22 10-02 10-12 end")]
    [InlineData("FREQ=DAILY;UNTIL=19970905T000000Z", "1997-09-02 09-03 09-04 end")]
    [InlineData("FREQ=WEEKLY;COUNT=10", "1997-09-02 09-09 09-16 09-23 09-30 10-07 10-14 10-21 10-28 11-04 end")]
    [InlineData("FREQ=WEEKLY;INTERVAL=2;WKST=SU", "1997-09-02 09-16 09-30 10-14 10-28 11-11 11-25 12-09 12-23 1998-01-06 01-20 02-03")]
    [InlineData("FREQ=WEEKLY;UNTIL=19971007T000000Z;WKST=SU;BYDAY=TU,TH", "1997-09-02 09-04 09-09 09-11 09-16 09-18 09-23 09-25 09-30 10-02 end")]
    [InlineData(
        "FREQ=WEEKLY;INTERVAL=2;UNTIL=19971224T000000Z;WKST=SU;BYDAY=MO,WE,FR",
        "1997-09-01 09-03 09-05 09-15 09-17 09-19 09-29 10-01 10-03 10-13 10-15 10-17 10-27 10-29 10-31 11-10 11-12 11-14 11-24 11-26 11-28 12-08 12-10 12-12 12-22 end")]
    [InlineData("FREQ=WEEKLY;INTERVAL=2;COUNT=8;WKST=SU;BYDAY=TU,TH", "1997-09-02 09-04 09-16 09-18 09-30 10-02 10-14 10-16 end")]
    [InlineData("FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO", "1997-08-05 08-10 08-19 08-24 end")]
    [InlineData("FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU", "1997-08-05 08-17 08-19 08-31 end")]
    [InlineData("FREQ=MONTHLY;COUNT=10;BYDAY=1FR", "1997-09-05 10-03 11-07 12-05 1998-01-02 02-06 03-06 04-03 05-01 06-05 end")]
    [InlineData("FREQ=MONTHLY;INTERVAL=2;COUNT=10;BYDAY=1SU,-1SU", "1997-09-07 09-28 11-02 11-30 1998-01-04 01-25 03-01 03-29 05-03 05-31 end")]
    [InlineData("FREQ=MONTHLY;COUNT=6;BYDAY=-2MO", "1997-09-22 10-20 11-17 12-22 1998-01-19 02-16 end")]
    [InlineData("FREQ=MONTHLY;BYMONTHDAY=-3", "1997-09-28 10-29 11-28 12-29 1998-01-29 02-26")]
    [InlineData("FREQ=MONTHLY;COUNT=10;BYMONTHDAY=2,15", "1997-09-02 09-15 10-02 10-15 11-02 11-15 12-02 12-15 1998-01-02 01-15 end")]
    [InlineData("FREQ=MONTHLY;COUNT=10;BYMONTHDAY=1,-1", "1997-09-30 10-01 10-31 11-01 11-30 12-01 12-31 1998-01-01 01-31 02-01 end")]
    [InlineData("FREQ=MONTHLY;INTERVAL=18;COUNT=10;BYMONTHDAY=10,11,12,13,14,15", "1997-09-10 09-11 09-12 09-13 09-14 09-15 1999-03-10 03-11 03-12 03-13 end")]
    [InlineData("FREQ=MONTHLY;INTERVAL=2;BYDAY=TU", "1997-09-02 09-09 09-16 09-23 09-30 11-04 11-11 11-18 11-25 1998-01-06 01-13")]
    [InlineData("FREQ=MONTHLY;BYDAY=SA;BYMONTHDAY=7,8,9,10,11,12,13", "1997-09-13 10-11 11-08 12-13 1998-01-10 02-07 03-07 04-11 05-09 06-13")]
    [InlineData("FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13", "1998-02-13 03-13 11-13 1999-08-13 2000-10-13")]
    [InlineData("FREQ=MONTHLY;COUNT=3;BYDAY=TU,WE,TH;BYSETPOS=3", "1997-09-04 10-07 11-06 end")]
    [InlineData("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2", "1997-09-29 10-30 11-27 12-30 1998-01-29 02-26 03-30")]
    [InlineData("FREQ=MONTHLY;BYMONTHDAY=15,30;COUNT=5", "2007-01-15 01-30 02-15 03-15 03-30 end")]
    [InlineData("FREQ=YEARLY;COUNT=10;BYMONTH=6,7", "1997-06-10 07-10 1998-06-10 07-10 1999-06-10 07-10 2000-06-10 07-10 2001-06-10 07-10 end")]
    [InlineData("FREQ=YEARLY;INTERVAL=2;COUNT=10;BYMONTH=1,2,3", "1997-03-10 1999-01-10 02-10 03-10 2001-01-10 02-10 03-10 2003-01-10 02-10 03-10 end")]
    [InlineData("FREQ=YEARLY;INTERVAL=3;COUNT=10;BYYEARDAY=1,100,200", "1997-01-01 04-10 07-19 2000-01-01 04-09 07-18 2003-01-01 04-10 07-19 2006-01-01 end")]
    [InlineData("FREQ=YEARLY;BYDAY=20MO", "1997-05-19 1998-05-18 1999-05-17")]
    [InlineData("FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO", "1997-05-12 1998-05-11 1999-05-17")]
    [InlineData("FREQ=YEARLY;BYMONTH=3;BYDAY=TH", "1997-03-13 03-20 03-27 1998-03-05 03-12 03-19 03-26 1999-03-04 03-11 03-18 03-25")]
    [InlineData("FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8", "1996-11-05 2000-11-07 2004-11-02")]
    public void The_examples_of_the_standard_come_out_as_it_lists_them(string rule, string expected)
    {
        var dates = Dates(expected);

        var found = Chain(rule, $"{dates[0]} 09:00", "America/New_York", expected.EndsWith("end", StringComparison.Ordinal) ? 100 : dates.Count);

        Assert.Equal(dates.ConvertAll(d => $"{d} 09:00"), found.ConvertAll(t => Local(t, "America/New_York")));
    }

    [Theory]
    // Daylight saving begins and ends: the clock on the wall stays, UTC moves.
    [InlineData("FREQ=DAILY", "2027-03-27 09:00", "Europe/Berlin", "2027-03-27T08:00 2027-03-28T07:00 2027-03-29T07:00")]
    [InlineData("FREQ=DAILY", "2026-10-24 09:00", "Europe/Berlin", "2026-10-24T07:00 2026-10-25T08:00 2026-10-26T08:00")]
    [InlineData("FREQ=WEEKLY", "2027-03-08 18:00", "America/New_York", "2027-03-08T23:00 2027-03-15T22:00")]
    [InlineData("FREQ=WEEKLY", "2026-10-26 18:00", "America/New_York", "2026-10-26T22:00 2026-11-02T23:00")]
    // A time that is left out comes with the offset before the gap; the days after it are as before.
    [InlineData("FREQ=DAILY", "2027-03-27 02:30", "Europe/Berlin", "2027-03-27T01:30 2027-03-28T01:30 2027-03-29T00:30")]
    [InlineData("FREQ=DAILY", "2027-03-13 02:30", "America/New_York", "2027-03-13T07:30 2027-03-14T07:30 2027-03-15T06:30")]
    [InlineData("FREQ=DAILY", "2026-10-03 02:15", "Australia/Lord_Howe", "2026-10-02T15:45 2026-10-03T15:45 2026-10-04T15:15")]
    // A time that comes twice is the first of both.
    [InlineData("FREQ=DAILY", "2026-10-24 02:30", "Europe/Berlin", "2026-10-24T00:30 2026-10-25T00:30 2026-10-26T01:30")]
    [InlineData("FREQ=DAILY", "2026-10-31 01:30", "America/New_York", "2026-10-31T05:30 2026-11-01T05:30 2026-11-02T06:30")]
    [InlineData("FREQ=DAILY", "2027-04-03 01:45", "Australia/Lord_Howe", "2027-04-02T14:45 2027-04-03T14:45 2027-04-04T15:15")]
    // A gap swallows an hour of an hourly rule, and makes nothing come twice.
    [InlineData("FREQ=HOURLY", "2027-03-28 01:00", "Europe/Berlin", "2027-03-28T00:00 2027-03-28T01:00 2027-03-28T02:00")]
    [InlineData("FREQ=HOURLY;COUNT=4", "2027-03-28 01:00", "Europe/Berlin", "2027-03-28T00:00 2027-03-28T01:00 2027-03-28T02:00 2027-03-28T03:00 end")]
    // Of an hour that comes twice, it names the first.
    [InlineData("FREQ=HOURLY", "2026-10-25 01:00", "Europe/Berlin", "2026-10-24T23:00 2026-10-25T00:00 2026-10-25T02:00")]
    // A time that two parts of a rule name counts once.
    [InlineData("FREQ=YEARLY;BYWEEKNO=52,-1;BYDAY=TH;COUNT=4", "2028-12-28 09:00", "UTC", "2028-12-28T09:00 2029-12-27T09:00 2030-12-26T09:00 2031-12-25T09:00 end")]
    [InlineData("FREQ=MONTHLY;BYMONTHDAY=31,-1;COUNT=3", "2031-01-31 09:00", "UTC", "2031-01-31T09:00 2031-02-28T09:00 2031-03-31T09:00 end")]
    [InlineData("FREQ=MONTHLY;BYMONTHDAY=30,31,-1;BYSETPOS=-2", "2031-01-30 09:00", "UTC", "2031-01-30T09:00 2031-03-30T09:00 2031-05-30T09:00")]
    // Without BYMONTH, BYMONTHDAY stands for a day of each month.
    [InlineData("FREQ=YEARLY;BYMONTHDAY=1;COUNT=4", "2027-09-01 09:00", "UTC", "2027-09-01T09:00 2027-10-01T09:00 2027-11-01T09:00 2027-12-01T09:00 end")]
    [InlineData("FREQ=YEARLY;INTERVAL=3;BYMONTHDAY=1;BYHOUR=2,9", "2027-11-01 09:00", "UTC", "2027-11-01T09:00 2027-12-01T02:00 2027-12-01T09:00 2030-01-01T02:00")]
    [InlineData("FREQ=YEARLY;INTERVAL=5;BYMONTHDAY=31;BYSETPOS=-1", "2031-09-02 09:00", "UTC", "2031-09-02T09:00 2031-12-31T09:00 2036-12-31T09:00")]
    [InlineData("FREQ=YEARLY;BYMONTHDAY=13;BYDAY=FR", "2026-02-13 09:00", "UTC", "2026-02-13T09:00 2026-03-13T09:00 2026-11-13T09:00 2027-08-13T09:00")]
    [InlineData("FREQ=HOURLY;INTERVAL=8", "2026-12-31 22:00", "Asia/Kolkata", "2026-12-31T16:30 2027-01-01T00:30 2027-01-01T08:30")]
    [InlineData("FREQ=DAILY;BYHOUR=8,20;BYMINUTE=30", "2027-03-27 20:30", "Europe/Berlin", "2027-03-27T19:30 2027-03-28T06:30 2027-03-28T18:30")]
    [InlineData("FREQ=MONTHLY", "2027-01-31 09:00", "UTC", "2027-01-31T09:00 2027-03-31T09:00 2027-05-31T09:00 2027-07-31T09:00")]
    [InlineData("FREQ=MONTHLY;BYMONTHDAY=-1", "2027-12-31 23:30", "Asia/Kolkata", "2027-12-31T18:00 2028-01-31T18:00 2028-02-29T18:00 2028-03-31T18:00")]
    [InlineData("FREQ=YEARLY", "2028-02-29 12:00", "UTC", "2028-02-29T12:00 2032-02-29T12:00 2036-02-29T12:00")]
    // The date in the zone is another than in UTC.
    [InlineData("FREQ=WEEKLY;BYDAY=MO", "2026-11-23 01:00", "Asia/Kolkata", "2026-11-22T19:30 2026-11-29T19:30")]
    // What the client gave first counts, whether or not the rule names it.
    [InlineData("FREQ=WEEKLY;BYDAY=MO;COUNT=3", "2026-11-25 09:00", "UTC", "2026-11-25T09:00 2026-11-30T09:00 2026-12-07T09:00 end")]
    // UNTIL: as a day it is the whole day in the zone, as a time it is included.
    [InlineData("FREQ=DAILY;UNTIL=20261125", "2026-11-24 23:00", "America/New_York", "2026-11-25T04:00 2026-11-26T04:00 end")]
    [InlineData("FREQ=DAILY;UNTIL=20261126T040000Z", "2026-11-24 23:00", "America/New_York", "2026-11-25T04:00 2026-11-26T04:00 end")]
    [InlineData("FREQ=DAILY;UNTIL=20261126T035959Z", "2026-11-24 23:00", "America/New_York", "2026-11-25T04:00 end")]
    [InlineData("FREQ=DAILY;UNTIL=20261125T230000", "2026-11-24 23:00", "America/New_York", "2026-11-25T04:00 2026-11-26T04:00 end")]
    // What is left out counts for COUNT.
    [InlineData("FREQ=DAILY;COUNT=4\nEXDATE:20261225T080000Z", "2026-12-24 09:00", "Europe/Berlin", "2026-12-24T08:00 2026-12-26T08:00 2026-12-27T08:00 end")]
    [InlineData("FREQ=DAILY\nEXDATE;VALUE=DATE:20261225,20261226", "2026-12-24 09:00", "Europe/Berlin", "2026-12-24T08:00 2026-12-27T08:00")]
    [InlineData("FREQ=DAILY\nEXDATE;TZID=America/New_York:20261225T030000", "2026-12-24 09:00", "Europe/Berlin", "2026-12-24T08:00 2026-12-26T08:00")]
    [InlineData("FREQ=DAILY\nEXDATE:20261225T090000", "2026-12-24 09:00", "Europe/Berlin", "2026-12-24T08:00 2026-12-26T08:00")]
    // Years without an occurrence do not end a series: fourteen months between two Fridays the 13th, 29 February, the months outside a season.
    [InlineData("FREQ=DAILY;BYDAY=FR;BYMONTHDAY=13", "1999-08-13 09:00", "UTC", "1999-08-13T09:00 2000-10-13T09:00")]
    [InlineData("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=29", "2096-02-29 09:00", "UTC", "2096-02-29T09:00 2104-02-29T09:00")]
    [InlineData("FREQ=HOURLY;INTERVAL=8;BYMONTH=6,7", "2027-07-31 15:00", "Europe/Berlin", "2027-07-31T13:00 2027-07-31T21:00 2028-06-01T05:00 2028-06-01T13:00")]
    [InlineData("FREQ=HOURLY;INTERVAL=3;BYHOUR=5,8,9;BYMONTH=1;COUNT=4", "2027-01-31 02:00", "UTC", "2027-01-31T02:00 2027-01-31T05:00 2027-01-31T08:00 2028-01-01T05:00 end")]
    // The end of time.
    [InlineData("FREQ=YEARLY;INTERVAL=1000", "8500-01-01 00:00", "UTC", "8500-01-01T00:00 9500-01-01T00:00 end")]
    [InlineData("FREQ=DAILY", "9998-12-30 00:00", "UTC", "9998-12-30T00:00 9998-12-31T00:00 end")]
    public void Occurrences_keep_to_the_clock_of_the_zone(string rule, string start, string zone, string expected)
    {
        var times = expected.Split(' ').Where(t => t != "end").ToList();

        var found = Chain(rule, start, zone, expected.EndsWith("end", StringComparison.Ordinal) ? 100 : times.Count);

        Assert.Equal(times, found.ConvertAll(t => t.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm", CultureInfo.InvariantCulture)));
    }

    [Fact]
    public void Parts_of_a_second_are_kept()
    {
        var start = new DateTimeOffset(2026, 11, 23, 9, 0, 0, 123, TimeSpan.Zero);

        Assert.Equal(start.AddDays(1), new Series(SeriesRuleParser.Parse("FREQ=DAILY"), start, null).NextAfter(start));
        Assert.Equal(start.AddDays(2), new Series(SeriesRuleParser.Parse("FREQ=DAILY\nEXDATE:20261124T090000Z"), start, null).NextAfter(start));
    }

    [Theory]
    [InlineData("FREQ=HOURLY;INTERVAL=7", "1970-01-01 00:00")]
    [InlineData("FREQ=DAILY;INTERVAL=13", "1971-05-05 23:59")]
    [InlineData("FREQ=WEEKLY;INTERVAL=3;BYDAY=TU,SU;WKST=SU", "1970-01-07 10:00")]
    [InlineData("FREQ=MONTHLY;INTERVAL=5", "1970-01-31 10:00")]
    [InlineData("FREQ=YEARLY;INTERVAL=3;BYWEEKNO=1,53", "1970-12-31 10:00")]
    public void Asking_late_gives_what_counting_from_the_beginning_gives(string rule, string start)
    {
        var begin = Utc(start, "UTC");
        var counted = new Series(SeriesRuleParser.Parse(rule + ";UNTIL=99981231"), begin, null);
        var late = begin.AddDays(2_000);
        var step = begin;
        while (step <= late)
        {
            step = counted.NextAfter(step)!.Value;
        }

        Assert.Equal(step, counted.NextAfter(late));
    }

    private static List<DateTimeOffset> Chain(string rule, string start, string zone, int most)
    {
        var begin = Utc(start, zone);
        var series = new Series(SeriesRuleParser.Parse(rule), begin, zone);
        Assert.Null(series.Problem());
        var result = new List<DateTimeOffset>();
        for (DateTimeOffset? next = begin; next is { } time && result.Count < most; next = series.NextAfter(time))
        {
            result.Add(time);
        }

        return result;
    }

    /// <summary>"1997-12-23 1998-01-06 01-20": the year stays until another is given.</summary>
    private static List<string> Dates(string text)
    {
        var year = "";
        return text.Split(' ').Where(d => d != "end").Select(d =>
        {
            year = d.Length > 5 ? d[..4] : year;
            return d.Length > 5 ? d : $"{year}-{d}";
        }).ToList();
    }

    private static DateTimeOffset Utc(string local, string zone)
    {
        var time = DateTime.ParseExact(local, "yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
        return new DateTimeOffset(TimeZoneInfo.ConvertTimeToUtc(time, TimeZoneInfo.FindSystemTimeZoneById(zone)));
    }

    private static string Local(DateTimeOffset time, string zone) =>
        TimeZoneInfo.ConvertTime(time, TimeZoneInfo.FindSystemTimeZoneById(zone)).ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
}
