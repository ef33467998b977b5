using System.Globalization;
using System.Text.Json.Nodes;
using TaskAspire.Tests.Api;
using TaskAspire.Tests.Fixtures;

namespace TaskAspire.Tests.Portability;

/// <summary>Tasks that recur, as calendars of other programs have them: a rule of beginnings, and occurrences that are left out, changed or done by themselves.</summary>
public sealed class CalendarSeriesTests(BackingServices services)
{
    private const string Calendar = "text/calendar";

    private readonly SharedApi _api = SharedApi.On(services);

    [Fact]
    public async Task A_series_of_beginnings_becomes_one_of_due_dates()
    {
        var user = await _api.CreateUserAsync();

        await user.ImportAsync(Calendar, """
            BEGIN:VCALENDAR
            BEGIN:VTODO
            SUMMARY:x
            DTSTART;TZID=Europe/Berlin:20310324T090000
            DURATION:PT1H
            RRULE:FREQ=WEEKLY;BYDAY=MO;UNTIL=20310407T070000Z
            EXDATE;TZID=Europe/Berlin:20310331T090000
            EXDATE;VALUE=DATE:20320105
            END:VTODO
            END:VCALENDAR
            """);

        var task = (await user.GetAsync("tasks")).Json["items"]![0]!;
        Assert.Equal("2031-03-24T09:00:00.000Z", (string?)task["dueDate"]);
        Assert.Equal("FREQ=WEEKLY;UNTIL=20310407T080000Z;BYDAY=MO\nEXDATE;VALUE=DATE:20320105\nEXDATE:20310331T080000Z", (string?)task["recurrence"]);
    }

    /// <summary>As Thunderbird writes a series of which two were done and one was put off.</summary>
    [Fact]
    public async Task Occurrences_that_were_changed_by_themselves_are_tasks_of_their_own()
    {
        var user = await _api.CreateUserAsync();

        await user.ImportAsync(Calendar, """
            BEGIN:VCALENDAR
            BEGIN:VTODO
            UID:1
            SUMMARY:Bins
            DTSTART;TZID=Europe/Berlin:20310324T090000
            DUE;TZID=Europe/Berlin:20310324T100000
            RRULE:FREQ=WEEKLY;COUNT=5
            BEGIN:VALARM
            ACTION:DISPLAY
            TRIGGER:-PT30M
            END:VALARM
            END:VTODO
            BEGIN:VTODO
            UID:1
            SUMMARY:Bins
            RECURRENCE-ID;TZID=Europe/Berlin:20310324T090000
            DUE;TZID=Europe/Berlin:20310324T100000
            STATUS:COMPLETED
            COMPLETED:20260324T070000Z
            END:VTODO
            BEGIN:VTODO
            UID:1
            SUMMARY:Bins
            RECURRENCE-ID;TZID=Europe/Berlin:20310331T090000
            DUE;TZID=Europe/Berlin:20310331T100000
            STATUS:COMPLETED
            END:VTODO
            BEGIN:VTODO
            UID:1
            SUMMARY:Bins\, early
            RECURRENCE-ID;TZID=Europe/Berlin:20310414T090000
            DUE;TZID=Europe/Berlin:20310413T100000
            END:VTODO
            BEGIN:VTODO
            UID:2
            SUMMARY:Part
            RELATED-TO:1
            END:VTODO
            END:VCALENDAR
            """);

        Assert.Equal(
            [
                "Bins done 2031-03-24T09:00:00.000Z  ",
                "Bins done 2031-03-31T08:00:00.000Z  ",
                "Bins todo 2031-04-07T08:00:00.000Z FREQ=WEEKLY;COUNT=5\nEXDATE:20310414T080000Z 2031-04-07T06:30:00.000Z",
                "Bins, early todo 2031-04-13T08:00:00.000Z  ",
                "Part todo   ",
            ],
            (await user.GetAsync("tasks?sort=title")).Json["items"]!.AsArray()
                .Select(t => $"{t!["title"]} {t["status"]} {t["dueDate"]} {t["recurrence"]} {t["reminders"]!.AsArray().SingleOrDefault()?["at"]}").Order(StringComparer.Ordinal));
        var series = (await user.GetAsync("tasks?status=todo&search=Bins&sort=dueDate")).Json["items"]![0]!;
        Assert.Equal((string?)series["id"], (string?)(await user.GetAsync("tasks?search=Part")).Json["items"]![0]!["parentId"]);

        // Five in all: this is the third, the fourth is a task of its own, and the fifth is the last.
        await user.PatchAsync($"tasks/{series["id"]}", new JsonObject { ["status"] = "done" });
        var last = (await user.GetAsync("tasks?status=todo&search=Bins&sort=-dueDate")).Json["items"]![0]!;
        Assert.Equal("2031-04-21T08:00:00.000Z", (string?)last["dueDate"]);
        await user.PatchAsync($"tasks/{last["id"]}", new JsonObject { ["status"] = "done" });
        Assert.Equal("Bins, early", (string?)(await user.GetAsync("tasks?status=todo&search=Bins")).Json["items"]!.AsArray().Single()!["title"]);
    }

    [Theory]
    [InlineData("DUE:20310301T090000Z\nRRULE:FREQ=DAILY;COUNT=3\nEXDATE:20310301T090000Z", "todo 2031-03-02T09:00:00.000Z FREQ=DAILY;COUNT=3")]
    [InlineData("DUE:20310301T090000Z\nRRULE:FREQ=DAILY\nEXDATE;VALUE=DATE:20310301,20310302,20310304", "todo 2031-03-03T09:00:00.000Z FREQ=DAILY\nEXDATE;VALUE=DATE:20310304")]
    [InlineData("DUE:20310301T090000Z\nRRULE:FREQ=DAILY;COUNT=1\nEXDATE:20310301T090000Z", "done 2031-03-01T09:00:00.000Z ")]
    [InlineData("STATUS:CANCELLED\nDUE:20310301T090000Z\nRRULE:FREQ=DAILY;COUNT=1\nEXDATE:20310301T090000Z", "cancelled 2031-03-01T09:00:00.000Z ")]
    // Named by when it begins, where that is another day than it is due, and by when it is due.
    [InlineData("DTSTART:20310301T090000Z\nDUE:20310303T090000Z\nRRULE:FREQ=DAILY\nEXDATE:20310301T090000Z,20310303T090000Z", "todo 2031-03-04T09:00:00.000Z FREQ=DAILY\nEXDATE:20310305T090000Z")]
    [InlineData("DTSTART:20310301T090000Z\nDUE:20310301T100000Z\nRRULE:FREQ=DAILY\nEXDATE:20310301T100000Z,20310303T090000Z", "todo 2031-03-02T10:00:00.000Z FREQ=DAILY\nEXDATE:20310303T100000Z")]
    [InlineData("DUE:\nSTATUS:\nPRIORITY: \nRRULE:", "todo  ")]
    public async Task A_series_begins_with_what_is_not_left_out_of_it(string lines, string expected)
    {
        var user = await _api.CreateUserAsync();

        await user.ImportAsync(Calendar, $"BEGIN:VCALENDAR\nBEGIN:VTODO\nSUMMARY:x\n{lines}\nEND:VTODO\nEND:VCALENDAR");

        var task = (await user.GetAsync("tasks")).Json["items"]!.AsArray().Single()!;
        Assert.Equal(expected, $"{task["status"]} {task["dueDate"]} {task["recurrence"]}");
    }

    [Fact]
    public async Task A_series_has_at_most_1000_occurrences_left_out()
    {
        var user = await _api.CreateUserAsync();
        string Series(int leftOut)
        {
            var days = Enumerable.Range(0, leftOut).Select(d => new DateOnly(2031, 1, 1).AddDays(d).ToString("yyyyMMdd", CultureInfo.InvariantCulture));
            return $"BEGIN:VCALENDAR\nBEGIN:VTODO\nSUMMARY:x\nDUE:20310101T090000Z\nRRULE:FREQ=DAILY\nEXDATE;VALUE=DATE:{string.Join(',', days)}\nEND:VTODO\nEND:VCALENDAR";
        }

        await user.AssertImportIsRefusedAsync(Calendar, Series(1001), "line 5, RRULE");
        await user.ImportAsync(Calendar, Series(1000));

        var task = (await user.GetAsync("tasks")).Json["items"]!.AsArray().Single()!;
        Assert.Equal(("2033-09-27T09:00:00.000Z", "FREQ=DAILY"), ((string?)task["dueDate"], (string?)task["recurrence"]));
    }

    [Fact]
    public async Task Occurrences_without_their_series_are_tasks_like_others()
    {
        var user = await _api.CreateUserAsync();

        await user.ImportAsync(
            Calendar,
            "BEGIN:VCALENDAR\nBEGIN:VTODO\nUID:1\nSUMMARY:a\nRECURRENCE-ID:20310301T090000Z\nEND:VTODO\nBEGIN:VTODO\nUID:1\nSUMMARY:b\nRECURRENCE-ID:20310302T090000Z\nEND:VTODO\n"
            + "BEGIN:VTODO\nSUMMARY:part\nRELATED-TO:1\nEND:VTODO\nEND:VCALENDAR");

        Assert.Equal(["a ", "b ", "part a"], PortableUser.TasksOf((await user.GetAsync("export")).Json).Select(t => $"{t["title"]} {t["parent"]}"));
    }
}
