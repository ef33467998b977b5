using TaskAspire.ApiService.Tasks.Recurrence;

namespace TaskAspire.Tests.Recurrence;

public sealed class SeriesRuleTests
{
    [Theory]
    [InlineData("FREQ=WEEKLY;BYDAY=MO", "FREQ=WEEKLY;BYDAY=MO")]
    [InlineData("RRULE:FREQ=WEEKLY;BYDAY=MO", "FREQ=WEEKLY;BYDAY=MO")]
    [InlineData("rrule:wkst=mo;byday=fr,mo,FR;interval=1;freq=weekly", "FREQ=WEEKLY;BYDAY=MO,FR")]
    [InlineData("FREQ=MONTHLY;WKST=SU;BYDAY=+1MO,-1FR;COUNT=07", "FREQ=MONTHLY;COUNT=7;BYDAY=-1FR,1MO;WKST=SU")]
    [InlineData("FREQ=YEARLY;BYMONTHDAY=3,-1,1;BYMONTH=12,1;BYHOUR=9;BYMINUTE=0;BYSECOND=0;BYSETPOS=1;INTERVAL=2", "FREQ=YEARLY;INTERVAL=2;BYMONTH=1,12;BYMONTHDAY=-1,1,3;BYHOUR=9;BYMINUTE=0;BYSECOND=0;BYSETPOS=1")]
    [InlineData("FREQ=YEARLY;BYWEEKNO=53,1;UNTIL=20301231", "FREQ=YEARLY;UNTIL=20301231;BYWEEKNO=1,53")]
    [InlineData("FREQ=SECONDLY;INTERVAL=86400", "FREQ=DAILY")]
    [InlineData("FREQ=SECONDLY;INTERVAL=1209600;COUNT=3", "FREQ=WEEKLY;INTERVAL=2;COUNT=3")]
    [InlineData("INTERVAL=43200;FREQ=MINUTELY", "FREQ=DAILY;INTERVAL=30")]
    [InlineData("FREQ=MINUTELY;INTERVAL=120;UNTIL=20301231", "FREQ=HOURLY;INTERVAL=2;UNTIL=20301231")]
    [InlineData("FREQ=DAILY;UNTIL=99981231T235959Z", "FREQ=DAILY;UNTIL=99981231T235959Z")]
    [InlineData("FREQ=DAILY;UNTIL=99991231T235959Z", "FREQ=DAILY")]
    [InlineData("FREQ=DAILY;UNTIL=99990101", "FREQ=DAILY")]
    [InlineData("FREQ=YEARLY;BYYEARDAY=-1,100;UNTIL=20301231T120000Z", "FREQ=YEARLY;UNTIL=20301231T120000Z;BYYEARDAY=-1,100")]
    [InlineData(
        "FREQ=DAILY\r\nEXDATE;TZID=Europe/Berlin:20261225T100000\nexdate:20261224T090000z,20261224T090000Z\nEXDATE;VALUE=DATE:20270101\nEXDATE:20270102T100000\n",
        "FREQ=DAILY\nEXDATE;VALUE=DATE:20270101\nEXDATE:20270102T100000\nEXDATE:20261224T090000Z,20261225T090000Z")]
    public void There_is_one_form_that_reads_as_itself(string text, string canonical)
    {
        Assert.Equal(canonical, SeriesRuleParser.Parse(text).ToString());
        Assert.Equal(canonical, SeriesRuleParser.Parse(canonical).ToString());
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData(" \n ", "empty")]
    [InlineData("every monday", "NAME=VALUE")]
    [InlineData("FREQ=DAILY;", "NAME=VALUE")]
    [InlineData("FREQ=", "NAME=VALUE")]
    [InlineData("INTERVAL=2", "FREQ is missing")]
    [InlineData("FREQ=FORTNIGHTLY", "FORTNIGHTLY")]
    [InlineData("FREQ=SECONDLY", "too often")]
    [InlineData("FREQ=MINUTELY;INTERVAL=5", "too often")]
    [InlineData("FREQ=SECONDLY;INTERVAL=86401", "too often")]
    [InlineData("FREQ=SECONDLY;INTERVAL=0", "too often")]
    [InlineData("FREQ=SECONDLY;INTERVAL=86400;BYDAY=MO", "too often")]
    [InlineData("FREQ=SECONDLY;INTERVAL=999999999999", "too often")]
    [InlineData("FREQ=SECONDLY;INTERVAL=2147382000", "1,000")]
    [InlineData("FREQ=DAILY;FREQ=WEEKLY", "FREQ is given twice")]
    [InlineData("FREQ=DAILY;X-PART=1", "X-PART")]
    [InlineData("FREQ=DAILY;BYEASTER=0", "BYEASTER")]
    [InlineData("FREQ=DAILY;INTERVAL=0", "INTERVAL: '0'")]
    [InlineData("FREQ=DAILY;INTERVAL=-1", "INTERVAL: '-1'")]
    [InlineData("FREQ=DAILY;INTERVAL=2147483647", "from 1 to 1,000")]
    [InlineData("FREQ=DAILY;INTERVAL=99999999999999999999", "from 1 to 1,000")]
    [InlineData("FREQ=DAILY;COUNT=0", "COUNT: '0'")]
    [InlineData("FREQ=DAILY;COUNT=999999999", "from 1 to 1,000")]
    [InlineData("FREQ=DAILY;COUNT=1;UNTIL=20300101", "COUNT and UNTIL")]
    [InlineData("FREQ=DAILY;UNTIL=tomorrow", "UNTIL=TOMORROW")]
    [InlineData("FREQ=DAILY;UNTIL=19691230", "between 1970 and 9998")]
    [InlineData("FREQ=DAILY;UNTIL=20260230", "UNTIL=20260230")]
    [InlineData("FREQ=DAILY;UNTIL=20260101T250000Z", "UNTIL=")]
    [InlineData("FREQ=WEEKLY;BYDAY=MON", "BYDAY: 'MON'")]
    [InlineData("FREQ=WEEKLY;BYDAY=MO,", "BYDAY: ''")]
    [InlineData("FREQ=WEEKLY;BYDAY=1MO", "MONTHLY and YEARLY only")]
    [InlineData("FREQ=MONTHLY;BYDAY=0MO", "without 0")]
    [InlineData("FREQ=MONTHLY;BYDAY=54MO", "from -53 to 53")]
    [InlineData("FREQ=YEARLY;BYWEEKNO=20;BYDAY=1MO", "BYWEEKNO")]
    [InlineData("FREQ=YEARLY;BYDAY=1MO;BYMONTHDAY=1", "BYMONTHDAY")]
    [InlineData("FREQ=WEEKLY;WKST=1MO", "WKST")]
    [InlineData("FREQ=MONTHLY;BYMONTHDAY=32", "from -31 to 31")]
    [InlineData("FREQ=MONTHLY;BYMONTHDAY=0", "without 0")]
    [InlineData("FREQ=YEARLY;BYMONTH=13", "from 1 to 12")]
    [InlineData("FREQ=YEARLY;BYMONTH=1.5", "BYMONTH")]
    [InlineData("FREQ=WEEKLY;BYMONTHDAY=1", "FREQ=WEEKLY")]
    [InlineData("FREQ=DAILY;BYYEARDAY=1", "BYYEARDAY")]
    [InlineData("FREQ=YEARLY;BYYEARDAY=1;BYMONTH=1", "BYYEARDAY does not go with BYMONTH")]
    [InlineData("FREQ=MONTHLY;BYWEEKNO=1", "FREQ=YEARLY only")]
    [InlineData("FREQ=DAILY;BYSETPOS=1", "BYSETPOS")]
    [InlineData("FREQ=DAILY;BYHOUR=24", "from 0 to 23")]
    [InlineData("FREQ=DAILY;BYHOUR=0,1,2,3,4;BYMINUTE=0,10,20,30,40", "24 times a day")]
    [InlineData("FREQ=HOURLY;BYMINUTE=0,30", "24 times a day")]
    [InlineData("FREQ=MONTHLY;BYDAY=MO;BYHOUR=9,17;BYSETPOS=-1", "one time a day")]
    [InlineData("FREQ=HOURLY;BYDAY=MO;BYSETPOS=1", "one time a day")]
    [InlineData("FREQ=DAILY\nRRULE:FREQ=WEEKLY", "EXDATE")]
    [InlineData("FREQ=DAILY\nRDATE:20260101", "RDATE is not supported")]
    [InlineData("DTSTART:20260101T000000Z\nRRULE:FREQ=DAILY", "NAME=VALUE")]
    [InlineData("FREQ=DAILY\nDTSTART:20260101T000000Z", "Leave DTSTART out")]
    [InlineData("FREQ=DAILY\nEXDATE:", "EXDATE: ''")]
    [InlineData("FREQ=DAILY\nEXDATE", "is no EXDATE")]
    [InlineData("FREQ=DAILY\nEXDATE:christmas", "'CHRISTMAS'")]
    [InlineData("FREQ=DAILY\nEXDATE;TZID=Mars/Olympus:20261225T100000", "TZID=Mars/Olympus")]
    [InlineData("FREQ=DAILY\nEXDATE;TZID=America/New_York:99981231T235959", "between 1970 and 9998")]
    [InlineData("FREQ=DAILY\nEXDATE;X=1:20261225T100000", "'X=1'")]
    public void What_is_wrong_with_a_rule_is_said_in_its_words(string text, string message)
    {
        Assert.False(SeriesRuleParser.TryParse(text, out _, out var problem));
        Assert.Contains(message, problem, StringComparison.Ordinal);
    }

    /// <summary>No rule works for long: the time is the test's, so a rule that goes on without end fails it instead of hanging.</summary>
    [Theory(Timeout = 30_000)]
    [MemberData(nameof(Bombs))]
    public async Task A_rule_that_asks_for_much_is_answered_soon(string text)
    {
        await Task.Run(
            () =>
            {
                if (!SeriesRuleParser.TryParse(text, out var rule, out _))
                {
                    return;
                }

                foreach (var year in new[] { 1970, 2026, 9990 })
                {
                    var series = new Series(rule, new DateTimeOffset(year, 1, 31, 9, 0, 0, TimeSpan.Zero), "Europe/Berlin");
                    _ = series.Problem();
                    _ = series.NextAfter(new DateTimeOffset(9998, 12, 31, 0, 0, 0, TimeSpan.Zero));
                }
            },
            TestContext.Current.CancellationToken);
    }

    public static TheoryData<string> Bombs()
    {
        var hours = string.Join(',', Enumerable.Range(0, 24));
        var days = string.Join(',', Enumerable.Range(1, 31));
        var yearDays = string.Join(',', Enumerable.Range(1, 366));
        const string Week = "MO,TU,WE,TH,FR,SA,SU";
        return
        [
            "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
            "FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=31;COUNT=1000",
            "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
            "FREQ=HOURLY;BYMONTH=2;BYMONTHDAY=30",
            "FREQ=HOURLY;INTERVAL=1000;BYMONTHDAY=31;BYHOUR=5;COUNT=1000",
            "FREQ=YEARLY;INTERVAL=1000;BYMONTH=2;BYMONTHDAY=29;BYDAY=SU",
            "FREQ=YEARLY;INTERVAL=2147483647",
            $"FREQ=YEARLY;BYDAY={Week};BYSETPOS=366;COUNT=1000",
            $"FREQ=YEARLY;BYDAY={Week};BYHOUR={hours}",
            $"FREQ=MONTHLY;BYHOUR={hours};COUNT=1000",
            $"FREQ=YEARLY;BYYEARDAY={yearDays};BYMONTHDAY=30;BYDAY=MO;BYHOUR={hours}",
            $"FREQ=MONTHLY;BYMONTHDAY={days};BYDAY={Week};BYSETPOS=366;COUNT=1000",
            $"FREQ=WEEKLY;BYDAY={Week};BYSETPOS=300",
            "FREQ=YEARLY;BYDAY=" + string.Join(',', Enumerable.Range(1, 53).SelectMany(n => Week.Split(',').Select(d => $"{n}{d}"))),
            "FREQ=DAILY;BYSECOND=" + string.Join(',', Enumerable.Range(0, 60)) + ";BYMINUTE=" + string.Join(',', Enumerable.Range(0, 60)),
            "FREQ=DAILY;BYHOUR=" + string.Join(',', Enumerable.Repeat("1", 900)),
            "FREQ=DAILY\n" + string.Concat(Enumerable.Repeat("EXDATE;VALUE=DATE:20260101\n", 70)),
            new string(';', 2_000),
            "FREQ=DAILY;X=" + new string('9', 1_980_000),
        ];
    }
}
