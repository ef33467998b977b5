using System.Globalization;
using TaskAspire.ApiService.Portability;

namespace TaskAspire.Tests.Portability;

/// <summary>What a file of 128 MiB can make the server do.</summary>
public sealed class CalendarReaderTests
{
    [Fact]
    public void Nothing_is_kept_that_no_task_has_a_field_for()
    {
        var errors = new ImportErrors();

        var calendar = Assert.Single(CalendarReader.Read(
            "BEGIN:VCALENDAR\nA:1\nBEGIN:VEVENT\nSUMMARY:x\nBEGIN:VALARM\nTRIGGER:PT0S\nEND:VALARM\nEND:VEVENT\n"
            + "BEGIN:VTODO\nA:1\nDUE:\nSUMMARY:x\nB;C=1:2\nBEGIN:VALARM\nA:1\nTRIGGER:PT0S\nEND:VALARM\nEND:VTODO\nEND:VCALENDAR",
            mostTasks: 1, errors));

        Assert.False(errors.Any);
        Assert.Empty(calendar.Lines);
        var todo = Assert.Single(calendar.Components);
        Assert.Equal(["SUMMARY"], todo.Lines.Select(l => l.Name));
        Assert.Equal(["TRIGGER"], Assert.Single(todo.Components).Lines.Select(l => l.Name));
    }

    [Fact]
    public void Of_lines_that_a_task_has_once_the_first_two_are_kept_and_of_tasks_one_more_than_there_may_be()
    {
        var errors = new ImportErrors();
        var todo = "BEGIN:VTODO\n" + string.Concat(Enumerable.Repeat("DUE:1\n", 100)) + string.Concat(Enumerable.Repeat("EXDATE:1\n", 100)) + "END:VTODO\n";

        var calendar = Assert.Single(CalendarReader.Read("BEGIN:VCALENDAR\n" + string.Concat(Enumerable.Repeat(todo, 100)) + "END:VCALENDAR", mostTasks: 3, errors));

        Assert.False(errors.Any);
        Assert.Equal(4, calendar.Components.Count);
        Assert.Equal(2, calendar.Components[0].All("DUE").Count());
        Assert.Equal(100, calendar.Components[0].All("EXDATE").Count());
    }

    /// <summary>A thousand days that are left out of an hourly series take as long as ten thousand tasks.</summary>
    [Fact]
    public void What_all_series_of_a_file_leave_out_is_limited()
    {
        var start = new DateTime(2030, 1, 1);
        var days = string.Join(',', Enumerable.Range(0, 1_000).Select(i => start.AddDays(i).ToString("yyyyMMdd", CultureInfo.InvariantCulture)));
        var todo = $"BEGIN:VTODO\nSUMMARY:x\nDUE:20300101\nRRULE:FREQ=DAILY\nEXDATE;VALUE=DATE:{days}\nEND:VTODO\n";
        ImportContent Read(int tasks) => CalendarImport.Read(
            "BEGIN:VCALENDAR\n" + string.Concat(Enumerable.Repeat(todo, tasks)) + "END:VCALENDAR", mostTasks: 1_000, timeZone: null, TestContext.Current.CancellationToken);

        Assert.False(Read(100).Errors.Any);
        var (place, told) = Assert.Single(Read(200).Errors.ToDictionary());
        Assert.Equal("line 602, EXDATE", place);
        Assert.Contains("100,000", Assert.Single(told), StringComparison.Ordinal);
    }

    [Fact]
    public void A_value_is_not_longer_than_any_field_can_be()
    {
        var errors = new ImportErrors();
        string Todo(string name) => $"BEGIN:VCALENDAR\nBEGIN:VTODO\n{name}:{new string(',', (128 * 1024) + 1)}\nEND:VTODO\nEND:VCALENDAR";

        // A file in a task, which is left out whatever its length.
        Assert.Single(CalendarReader.Read(Todo("ATTACH"), 1, errors));
        Assert.False(errors.Any);
        Assert.Empty(CalendarReader.Read(Todo("CATEGORIES"), 1, errors));
        Assert.Equal(["line 3, CATEGORIES"], errors.ToDictionary().Keys);
    }

    /// <summary>In seconds: were the lines gone through for each alarm, it would take more than a minute.</summary>
    [Fact]
    public void A_task_with_many_lines_and_many_alarms_is_read_in_one_go()
    {
        const int Many = 120_000;
        // Each line beside each alarm would take hours.
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromMinutes(2));

        var content = CalendarImport.Read(
            "BEGIN:VCALENDAR\nBEGIN:VTODO\n" + string.Concat(Enumerable.Repeat("RELATED-TO:1\n", Many)) + "DTSTART:20310101T090000Z\nDUE:20310101T100000Z\n"
            + string.Concat(Enumerable.Repeat("BEGIN:VALARM\nTRIGGER:PT1S\nEND:VALARM\n", Many)) + "END:VTODO\nEND:VCALENDAR",
            mostTasks: 1, timeZone: null, patience.Token);

        Assert.Single(Assert.Single(content.Items).Task.Reminders);
    }

    [Fact]
    public void Reading_ends_when_the_client_has_gone() => Assert.Throws<OperationCanceledException>(() => CalendarImport.Read(
        "BEGIN:VCALENDAR\nBEGIN:VTODO\nSUMMARY:x\nEND:VTODO\nEND:VCALENDAR", mostTasks: 1, timeZone: null, new CancellationToken(canceled: true)));
}
