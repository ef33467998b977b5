using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Ical.Net.DataTypes;
using TaskAspire.Standalone;
using TaskAspire.Standalone.Backing.Packages;
using TaskAspire.Standalone.Output;
using TaskAspire.Standalone.Processes;
using TaskAspire.Standalone.Stack;
using TaskAspire.Tests.Api;
using TaskAspire.Tests.Fixtures;

namespace TaskAspire.Tests.Portability;

/// <summary>iCalendar, ours and that of other programs.</summary>
public sealed class CalendarPortabilityTests(BackingServices services)
{
    private const string Calendar = "text/calendar";

    private readonly SharedApi _api = SharedApi.On(services);

    [Fact]
    public async Task What_is_exported_as_a_calendar_can_be_imported_elsewhere()
    {
        var (one, other) = (await _api.CreateUserAsync(), await _api.CreateUserAsync());
        await one.FillAsync();

        var (text, headers) = await one.ExportAsync("ical");
        await other.ImportAsync(Calendar, text);

        Assert.Equal(Calendar, headers.ContentType!.MediaType);
        Assert.EndsWith(".ics", headers.ContentDisposition!.FileName, StringComparison.Ordinal);
        var before = PortableUser.TasksOf((await one.GetAsync("export")).Json);
        var after = PortableUser.TasksOf((await other.GetAsync("export")).Json);
        // Not completedAt: iCalendar has whole seconds.
        foreach (var field in new[] { "title", "description", "status", "priority", "dueDate", "category", "tags", "reminders", "recurrence", "parent" })
        {
            Assert.Equal(before.Select(t => t[field]?.ToJsonString()), after.Select(t => t[field]?.ToJsonString()));
        }
    }

    [Fact]
    public async Task A_calendar_is_read_by_another_parser_and_keeps_to_its_line_lengths()
    {
        var user = await _api.CreateUserAsync();
        await user.FillAsync();
        await user.CreateTaskAsync(string.Concat(Enumerable.Repeat("🎉é", 50)), new JsonObject { ["description"] = "a,b;c\\d\nnext line" });

        var (text, _) = await user.ExportAsync("ical");

        Assert.All(text.Split("\r\n"), line => Assert.InRange(Encoding.UTF8.GetByteCount(line), 0, 75));
        var calendar = Ical.Net.Calendar.Load(text)!;
        Assert.Equal(6, calendar.Todos.Count);
        Assert.Contains(calendar.TimeZones, z => z.TzId == "Europe/Berlin");
        var bins = calendar.Todos.Single(t => t.Summary == "Bins");
        Assert.Equal(new CalDateTime(2031, 3, 28, 8, 0, 0, "Europe/Berlin"), bins.Due);
        Assert.Equal("FREQ=WEEKLY;BYDAY=FR", bins.RecurrenceRule!.ToString());
        Assert.Equal(2, bins.Alarms.Count);
        Assert.Equal(["Home", "a", "b;c"], bins.Categories);
        Assert.Equal("COMPLETED", calendar.Todos.Single(t => t.Summary == "Done").Status);
        Assert.Contains(calendar.Todos, t => t.Description == "a,b;c\\d\nnext line");
        Assert.Equal(bins.Uid, calendar.Todos.Single(t => t.Summary == "Part").Properties.Get<string>("RELATED-TO"));
    }

    /// <summary>On the clock of the zone, these are in years that no task can have.</summary>
    [Fact]
    public async Task A_calendar_with_the_first_and_the_last_moment_can_be_imported_again()
    {
        var (one, other) = (await _api.CreateUserAsync(), await _api.CreateUserAsync());
        await one.CreateTaskAsync("first", new JsonObject { ["dueDate"] = "1970-01-01T00:00:00Z", ["timeZone"] = "America/New_York" });
        await one.CreateTaskAsync("last", new JsonObject { ["dueDate"] = "9998-12-31T23:59:59Z", ["timeZone"] = "Pacific/Kiritimati" });
        var rule = "FREQ=WEEKLY;UNTIL=99981231\nEXDATE:99981231T235959";
        await one.CreateTaskAsync("series", new JsonObject { ["dueDate"] = "9998-12-01T00:00:00Z", ["timeZone"] = "America/New_York", ["recurrence"] = rule });

        await other.ImportAsync(Calendar, (await one.ExportAsync("ical")).Text);

        static IEnumerable<string> Dates(JsonObject export) => PortableUser.TasksOf(export).Select(t => $"{t["title"]} {t["dueDate"]} {t["timeZone"]}");
        Assert.Equal(Dates((await one.GetAsync("export")).Json), Dates((await other.GetAsync("export")).Json));
    }

    [Fact]
    public async Task The_last_of_a_series_that_was_put_off_past_its_end_can_be_imported_again()
    {
        var (one, other) = (await _api.CreateUserAsync(), await _api.CreateUserAsync());
        var series = new JsonObject { ["dueDate"] = "2031-03-28T07:00:00Z", ["timeZone"] = "Europe/Berlin", ["recurrence"] = "FREQ=WEEKLY;UNTIL=20310404" };
        var task = (await one.CreateTaskAsync("Report", series))["id"];
        await one.PatchAsync($"tasks/{task}", new JsonObject { ["dueDate"] = "2031-04-07T06:00:00Z" });

        await other.ImportAsync(Calendar, (await one.ExportAsync("ical")).Text);

        var imported = Assert.Single(PortableUser.TasksOf((await other.GetAsync("export")).Json));
        Assert.Equal(("2031-04-07T06:00:00.000Z", "todo", null), ((string?)imported["dueDate"], (string?)imported["status"], (string?)imported["recurrence"]));
    }

    [Theory]
    [InlineData("EXDATE:20310407T070000Z")]
    [InlineData("EXDATE;VALUE=DATE:20310407")]
    public async Task One_that_was_put_off_to_when_its_series_has_none_can_be_imported_again(string exception)
    {
        var (one, other) = (await _api.CreateUserAsync(), await _api.CreateUserAsync());
        var series = new JsonObject { ["dueDate"] = "2031-03-31T07:00:00Z", ["recurrence"] = $"FREQ=WEEKLY;BYDAY=MO\n{exception}" };
        var task = (await one.CreateTaskAsync("Report", series))["id"];
        await one.PatchAsync($"tasks/{task}", new JsonObject { ["dueDate"] = "2031-04-07T07:00:00Z" });

        await other.ImportAsync(Calendar, (await one.ExportAsync("ical")).Text);

        Assert.Equal("2031-04-07T07:00:00.000Z", (string?)Assert.Single(PortableUser.TasksOf((await other.GetAsync("export")).Json))["dueDate"]);
    }

    /// <summary>Of Thunderbird; it is what the other end of a calendar often is.</summary>
    [Fact]
    public async Task A_calendar_is_read_by_ical_js()
    {
        var user = await _api.CreateUserAsync();
        await user.FillAsync();
        var package = new NpmPackage("ical", "ical.js", "2.2.1", DataDirectory.Packages(SourceTree.Root!), SilentOutput.Instance);
        var module = Path.Combine(await package.EnsureAsync(TestContext.Current.CancellationToken), "dist", "ical.js");
        using var directory = new TestDirectory();
        var file = Path.Combine(directory.Path, "tasks.ics");
        await File.WriteAllTextAsync(file, (await user.ExportAsync("ical")).Text, TestContext.Current.CancellationToken);
        const string Script = """
            const [module, file] = process.argv.slice(-2);
            const { default: ICAL } = await import(module);
            const calendar = new ICAL.Component(ICAL.parse((await import("node:fs")).readFileSync(file, "utf8")));
            calendar.getAllSubcomponents("vtimezone").forEach(z => ICAL.TimezoneService.register(new ICAL.Timezone(z), z.getFirstPropertyValue("tzid")));
            for (const todo of calendar.getAllSubcomponents("vtodo")) {
              const due = todo.getFirstPropertyValue("due"), rule = todo.getFirstPropertyValue("rrule");
              const next = rule && (i => (i.next(), i.next()))(rule.iterator(due));
              console.log([todo.getFirstPropertyValue("summary"), due?.toJSDate().toISOString(), next?.toJSDate().toISOString(),
                todo.getAllSubcomponents("valarm").length, todo.getFirstPropertyValue("description")?.length].join("|"));
            }
            """;
        var result = await Command.RunAsync(new LaunchSpec(Executables.Find("node")!, ["--input-type=module", "-e", Script, "--", module, file]), TestContext.Current.CancellationToken);

        Assert.True(result.Succeeded, result.Output);
        Assert.Equal(
            ["Bins|2031-03-28T07:00:00.000Z|2031-04-04T06:00:00.000Z|2|26", "Cancelled|2020-01-01T00:00:00.000Z||0|", "Done|||0|", "Grüße 🎉|||0|", "Part|||0|"],
            result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_calendar_of_another_program_is_understood()
    {
        var user = await _api.CreateUserAsync();

        await user.ImportAsync(Calendar, """
            BEGIN:VCALENDAR
            VERSION:2.0
            BEGIN:VTODO
            UID:1
            SUMMARY;LANGUAGE=en:Water\, the
              plants
            DTSTART;TZID=America/New_York:20310310T090000
            DUE;TZID=america/new_york:20310310T100000
            RRULE:FREQ=DAILY;COUNT=3
            EXDATE;TZID=America/New_York:20310311T100000
            CATEGORIES:Garden,garden,Home
            PRIORITY:9
            PERCENT-COMPLETE:40
            BEGIN:VALARM
            ACTION:DISPLAY
            TRIGGER:-PT15M
            END:VALARM
            BEGIN:VALARM
            TRIGGER;RELATED=END:-P1DT1H
            END:VALARM
            X-UNKNOWN;A="b:c;d":e
            END:VTODO
            BEGIN:VTODO
            UID:an occurrence without its series
            RECURRENCE-ID:20300101T000000Z
            SUMMARY:Over
            COMPLETED:20300101T000000Z
            RELATED-TO:1
            END:VTODO
            END:VCALENDAR
            """);

        var task = (await user.GetAsync("tasks?search=Water")).Json["items"]![0]!;
        Assert.Equal("Water, the plants", (string?)task["title"]);
        Assert.Equal("2031-03-10T14:00:00.000Z", (string?)task["dueDate"]);
        Assert.Equal("America/New_York", (string?)task["timeZone"]);
        Assert.Equal("FREQ=DAILY;COUNT=3\nEXDATE:20310311T140000Z", (string?)task["recurrence"]);
        Assert.Equal("""["Garden","Home"]""", task["tags"]!.ToJsonString());
        Assert.Equal("low", (string?)task["priority"]);
        Assert.Equal(1500, (int?)task["reminders"]![0]!["minutesBeforeDue"]);
        // Fifteen minutes before the beginning.
        Assert.Equal("2031-03-10T12:45:00.000Z", (string?)task["reminders"]![1]!["at"]);
        var done = (await user.GetAsync("tasks?status=done")).Json["items"]![0]!;
        Assert.Equal((string?)task["id"], (string?)done["parentId"]);
    }

    [Theory]
    [InlineData("DTSTART:20310310T090000Z", "PT1H30M", "2031-03-10T10:30:00.000Z")]
    [InlineData("DTSTART:20310310T090000Z", "P2W", "2031-03-24T09:00:00.000Z")]
    [InlineData("DTSTART;VALUE=DATE:20310310", "P1D", "2031-03-11T00:00:00.000Z")]
    // Daylight saving begins in between: a day is one on the clock, hours are hours.
    [InlineData("DTSTART;TZID=America/New_York:20310308T120000", "P1DT1H", "2031-03-09T17:00:00.000Z")]
    [InlineData("DTSTART;TZID=America/New_York:20310308T120000", "PT25H", "2031-03-09T18:00:00.000Z")]
    public async Task A_calendar_can_say_how_long_a_task_lasts(string start, string duration, string due)
    {
        var user = await _api.CreateUserAsync();

        await user.ImportAsync(
            Calendar, $"BEGIN:VCALENDAR\nBEGIN:VTODO\nSUMMARY:x\n{start}\nDURATION:{duration}\nBEGIN:VALARM\nTRIGGER;RELATED=END:-PT30M\nEND:VALARM\nEND:VTODO\nEND:VCALENDAR");

        var task = (await user.GetAsync("tasks")).Json["items"]![0]!;
        Assert.Equal(due, (string?)task["dueDate"]);
        Assert.Equal(30, (int?)task["reminders"]!.AsArray().Single()!["minutesBeforeDue"]);
    }

    [Theory]
    [InlineData("trigger;value=date-time:20310310T083000Z", "2031-03-10T08:30:00.000Z", null)]
    [InlineData("TRIGGER;Related=End:-PT30M", null, 30)]
    public async Task Words_of_the_standard_may_be_in_small_letters(string trigger, string? at, int? minutesBeforeDue)
    {
        var user = await _api.CreateUserAsync();

        await user.ImportAsync(
            Calendar, $"begin:vcalendar\nbegin:vtodo\nsummary:x\ndtstart:20310310T090000Z\ndue:20310310T100000Z\nbegin:valarm\n{trigger}\nend:valarm\nend:vtodo\nend:vcalendar");

        var reminder = (await user.GetAsync("tasks")).Json["items"]![0]!["reminders"]!.AsArray().Single()!;
        Assert.Equal((at, minutesBeforeDue), ((string?)reminder["at"], (int?)reminder["minutesBeforeDue"]));
    }

    [Theory]
    [InlineData("W. Europe Standard Time")]
    [InlineData("\"W. Europe Standard Time\"")]
    [InlineData("\"Europe/Berlin\"")]
    [InlineData("/freeassociation.sourceforge.net/Europe/Berlin")]
    [InlineData("/mozilla.org/20050126_1/Europe/Berlin")]
    public async Task Time_zones_are_known_by_the_names_that_programs_give_them(string zone)
    {
        var user = await _api.CreateUserAsync();

        await user.ImportAsync(Calendar, $"""
            BEGIN:VCALENDAR
            BEGIN:VTODO
            SUMMARY:x
            DUE;TZID={zone}:20310324T090000
            RRULE:FREQ=WEEKLY
            EXDATE;TZID={zone}:20310331T090000
            END:VTODO
            END:VCALENDAR
            """);

        var task = (await user.GetAsync("tasks")).Json["items"]![0]!;
        // Germany goes to summer time between the two.
        Assert.Equal(
            ("2031-03-24T08:00:00.000Z", "Europe/Berlin", "FREQ=WEEKLY\nEXDATE:20310331T070000Z"),
            ((string?)task["dueDate"], (string?)task["timeZone"], (string?)task["recurrence"]));
    }

    /// <summary>Vikunja says it in the whole, Nextcloud's Tasks in the part, beside siblings; and a part outlives the list that its whole was in.</summary>
    [Fact]
    public async Task A_part_is_known_by_what_it_says_and_by_what_its_whole_says()
    {
        var user = await _api.CreateUserAsync();

        await user.ImportAsync(Calendar, """
            BEGIN:VCALENDAR
            BEGIN:VTODO
            UID:1
            SUMMARY:by itself
            RELATED-TO;RELTYPE=SIBLING:2
            RELATED-TO;RELTYPE=parent:whole\, 1
            END:VTODO
            BEGIN:VTODO
            UID:2
            SUMMARY:by the whole
            RELATED-TO:in another list
            END:VTODO
            BEGIN:VTODO
            UID:whole\, 1
            SUMMARY:whole
            RELATED-TO;RELTYPE=CHILD:2
            RELATED-TO;RELTYPE=DEPENDS-ON:1
            END:VTODO
            BEGIN:VTODO
            UID:4
            SUMMARY:alone
            RELATED-TO;RELTYPE=PARENT:deleted
            END:VTODO
            END:VCALENDAR
            """);

        var tasks = PortableUser.TasksOf((await user.GetAsync("export")).Json);
        Assert.Equal(
            ["alone ", "by itself whole", "by the whole whole", "whole "],
            tasks.Select(t => $"{t["title"]} {t["parent"]}"));
    }

    [Fact]
    public async Task Alarms_that_have_no_time_are_no_reminders()
    {
        var user = await _api.CreateUserAsync();

        await user.ImportAsync(Calendar, """
            BEGIN:VCALENDAR
            BEGIN:VTODO
            SUMMARY:x
            DUE:20310310T090000Z
            BEGIN:VALARM
            TRIGGER;VALUE=DATE-TIME:19760401T005545Z
            ACTION:NONE
            END:VALARM
            BEGIN:VALARM
            TRIGGER;VALUE=DATE-TIME:19760401T005545Z
            X-APPLE-PROXIMITY:ARRIVE
            ACTION:DISPLAY
            END:VALARM
            BEGIN:VALARM
            TRIGGER;VALUE=DATE-TIME:19760401T005545Z
            PROXIMITY:DEPART
            ACTION:DISPLAY
            END:VALARM
            BEGIN:VALARM
            TRIGGER:-PT15M
            ACTION:AUDIO
            END:VALARM
            END:VTODO
            END:VCALENDAR
            """);

        Assert.Equal(15, (int?)(await user.GetAsync("tasks")).Json["items"]![0]!["reminders"]!.AsArray().Single()!["minutesBeforeDue"]);
    }

    [Theory]
    [InlineData("", "", "2031-03-10T09:00:00.000Z", null)]
    [InlineData("X-WR-TIMEZONE:America/New_York\n", "", "2031-03-10T13:00:00.000Z", "America/New_York")]
    [InlineData("X-WR-TIMEZONE:America/New_York\n", "?timeZone=europe/berlin", "2031-03-10T08:00:00.000Z", "Europe/Berlin")]
    public async Task Times_without_a_zone_are_in_that_of_the_file_or_of_the_request(string line, string query, string due, string? zone)
    {
        var user = await _api.CreateUserAsync();

        await user.ImportAsync(
            Calendar,
            $"BEGIN:VCALENDAR\n{line}BEGIN:VTODO\nSUMMARY:a\nDUE:20310310T090000\nRRULE:FREQ=DAILY\nEXDATE:20310311T090000\nEND:VTODO\n"
            + "BEGIN:VTODO\nSUMMARY:b\nDUE:20310310T090000Z\nEND:VTODO\nBEGIN:VTODO\nSUMMARY:c\nDUE;TZID=Asia/Tokyo:20310310T180000\nEND:VTODO\nEND:VCALENDAR",
            query: query);

        var tasks = (await user.GetAsync("tasks?sort=title")).Json["items"]!.AsArray();
        Assert.Equal(
            [(due, zone), ("2031-03-10T09:00:00.000Z", null), ("2031-03-10T09:00:00.000Z", "Asia/Tokyo")],
            tasks.Select(t => ((string)t!["dueDate"]!, (string?)t["timeZone"])));
    }

    [Fact]
    public async Task A_zone_that_is_none_is_refused()
    {
        var answer = await (await _api.CreateUserAsync()).ImportAsync(Calendar, "BEGIN:VCALENDAR\nEND:VCALENDAR", HttpStatusCode.BadRequest, "?timeZone=Mars");

        Assert.NotEmpty(answer.ErrorOf("timeZone"));
    }

    /// <summary>As simple programs fold, who count octets (RFC 5545 §3.1).</summary>
    [Fact]
    public async Task A_line_may_be_folded_within_a_character()
    {
        var user = await _api.CreateUserAsync();
        var summary = string.Concat(Enumerable.Repeat("ä", 20)) + "🎉";
        var octets = Encoding.Latin1.GetString(Encoding.UTF8.GetBytes("\uFEFFBEGIN:VCALENDAR\r\nBEGIN:VTODO\r\nSUMMARY:" + summary)).ToCharArray();
        var folded = string.Join("\r\n ", octets.Skip(45).Chunk(3).Select(c => new string(c)));
        byte[] body = [.. Encoding.Latin1.GetBytes(new string(octets[..45]) + folded), .. "\r\nEND:VTODO\r\nEND:VCALENDAR\r\n"u8];

        using var content = new ByteArrayContent(body) { Headers = { ContentType = new(Calendar) } };
        using var answer = await user.Http.PostAsync("/api/v1/import", content, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(summary, (string?)(await user.GetAsync("tasks")).Json["items"]![0]!["title"]);
    }

    [Theory]
    [InlineData("0", "todo")]
    [InlineData("40", "in_progress")]
    [InlineData("100", "done")]
    public async Task Without_a_status_it_is_told_by_how_much_is_done(string percent, string status)
    {
        var user = await _api.CreateUserAsync();

        await user.ImportAsync(Calendar, $"BEGIN:VCALENDAR\nBEGIN:VTODO\nSUMMARY:x\nPERCENT-COMPLETE:{percent}\nEND:VTODO\nEND:VCALENDAR");

        Assert.Equal(status, (string?)(await user.GetAsync("tasks")).Json["items"]![0]!["status"]);
    }

    [Theory]
    [InlineData("", "$")]
    [InlineData("BEGIN:VCALENDAR\nVERSION:1.0\nBEGIN:VTODO\nSUMMARY;ENCODING=QUOTED-PRINTABLE:a=C3=BC=\nb\nEND:VTODO\nEND:VCALENDAR", "line 2, VERSION")]
    [InlineData("hello", "line 1")]
    [InlineData("BEGIN:VCALENDAR\nBEGIN:VEVENT\nEND:VEVENT\nEND:VCALENDAR", "$")]
    [InlineData("BEGIN:VCALENDAR\nBEGIN:VTODO\nSUMMARY:x\n", "line 2")]
    [InlineData("BEGIN:VCALENDAR\nEND:VTODO", "line 2")]
    [InlineData("BEGIN:VCALENDAR\nBEGIN:VTODO\nSUMMARY:x\nDUE:tomorrow\nEND:VTODO\nEND:VCALENDAR", "line 4, DUE")]
    [InlineData("BEGIN:VCALENDAR\nBEGIN:VTODO\nSUMMARY:x\nDUE;TZID=Pacific/Auckland:19700101T000000\nEND:VTODO\nEND:VCALENDAR", "line 4, DUE")]
    [InlineData("BEGIN:VCALENDAR\nBEGIN:VTODO\nSUMMARY:x\nDUE;TZID=America/New_York:99981231T235959\nEND:VTODO\nEND:VCALENDAR", "line 4, DUE")]
    [InlineData("BEGIN:VCALENDAR\nBEGIN:VTODO\nSUMMARY:x\nDUE;TZID=Mars:20300101T000000\nEND:VTODO\nEND:VCALENDAR", "line 4, DUE")]
    [InlineData("BEGIN:VCALENDAR\nBEGIN:VTODO\nDUE:20300101\nEND:VTODO\nEND:VCALENDAR", "line 2, title")]
    [InlineData("BEGIN:VCALENDAR\nBEGIN:VTODO\nSUMMARY:x\nDUE:20300101T000000Z\nRRULE:FREQ=SECONDLY\nEND:VTODO\nEND:VCALENDAR", "line 5, RRULE")]
    [InlineData("BEGIN:VCALENDAR\nBEGIN:VTODO\nSUMMARY:x\nDUE:20300101T000000Z\nRRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30\nEND:VTODO\nEND:VCALENDAR", "line 2, recurrence")]
    [InlineData("BEGIN:VCALENDAR\nBEGIN:VTODO\nSUMMARY:x\n y\nSTATUS:MAYBE\nEND:VTODO\nEND:VCALENDAR", "line 5, STATUS")]
    [InlineData("BEGIN:VCALENDAR\nBEGIN:VTODO\nSUMMARY:x\nDTSTART:20300101T000000Z\nDURATION:-PT1H\nEND:VTODO\nEND:VCALENDAR", "line 5, DURATION")]
    [InlineData("BEGIN:VCALENDAR\nBEGIN:VTODO\nSUMMARY:x\nDTSTART:20300101T000000Z\nDURATION:1 hour\nEND:VTODO\nEND:VCALENDAR", "line 5, DURATION")]
    [InlineData("BEGIN:VCALENDAR\nBEGIN:VTODO\nSUMMARY:x\nDTSTART:99980101T000000Z\nDURATION:P99999D\nEND:VTODO\nEND:VCALENDAR", "line 5, DURATION")]
    [InlineData("BEGIN:VCALENDAR\nBEGIN:VTODO\nSUMMARY:x\nDTSTART:99980101T000000Z\nDURATION:PT999999H\nEND:VTODO\nEND:VCALENDAR", "line 5, DURATION")]
    [InlineData("BEGIN:VCALENDAR\nBEGIN:VTODO\nSUMMARY:x\nDUE:99980101T000000Z\nBEGIN:VALARM\nTRIGGER;RELATED=END:P99999D\nEND:VALARM\nEND:VTODO\nEND:VCALENDAR", "line 6, TRIGGER")]
    [InlineData("BEGIN:VCALENDAR\nBEGIN:VTODO\nSUMMARY:x\nDTSTART:19700101T000000Z\nDUE:20300101T000000Z\nBEGIN:VALARM\nTRIGGER:-P2D\nEND:VALARM\nEND:VTODO\nEND:VCALENDAR", "line 7, TRIGGER")]
    [InlineData("BEGIN:VCALENDAR\nBEGIN:VTODO\nSUMMARY:x\nDUE:20300101T000000Z\nRRULE:FREQ=DAILY\nRDATE:20300105T000000Z\nEND:VTODO\nEND:VCALENDAR", "line 6, RDATE")]
    [InlineData("BEGIN:VCALENDAR\nBEGIN:VTODO\nSUMMARY:x\nDUE:20300101T000000Z\nRDATE:20300105T000000Z\nEND:VTODO\nEND:VCALENDAR", "line 5, RDATE")]
    [InlineData("BEGIN:VCALENDAR\nBEGIN:VTODO\nSUMMARY:x\nDTSTART:20310131T090000Z\nDURATION:P1D\nRRULE:FREQ=MONTHLY\nEND:VTODO\nEND:VCALENDAR", "line 6, RRULE")]
    [InlineData("BEGIN:VCALENDAR\nBEGIN:VTODO\nSUMMARY:x\nDTSTART;VALUE=DATE:20310310\nDURATION:P1D\nRRULE:FREQ=WEEKLY;BYDAY=MO\nEND:VTODO\nEND:VCALENDAR", "line 6, RRULE")]
    [InlineData("BEGIN:VCALENDAR\nBEGIN:VTODO\nSUMMARY:x\nDTSTART:20310310T090000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;BYHOUR=9\nEND:VTODO\nEND:VCALENDAR", "line 6, RRULE")]
    [InlineData("BEGIN:VCALENDAR\nBEGIN:VTODO\nSUMMARY:x\nDTSTART:20310310T090000Z\nDURATION:P9999D\nRRULE:FREQ=DAILY\nEXDATE:99980310T090000Z\nEND:VTODO\nEND:VCALENDAR", "line 6, RRULE")]
    [InlineData("BEGIN:VCALENDAR\nBEGIN:VTODO\nUID:1\nSUMMARY:x\nDUE:20300101T000000Z\nRRULE:FREQ=DAILY\nEND:VTODO\nBEGIN:VTODO\nUID:1\nSUMMARY:y\nRECURRENCE-ID;RANGE=THISANDFUTURE:20300102T000000Z\nDUE:20300102T010000Z\nEND:VTODO\nEND:VCALENDAR", "line 11, RECURRENCE-ID")]
    [InlineData("BEGIN:VCALENDAR\nBEGIN:VTODO\nUID:1\nSUMMARY:x\nDUE:20300101T000000Z\nRRULE:FREQ=DAILY\nEND:VTODO\nBEGIN:VTODO\nUID:1\nSUMMARY:y\nRECURRENCE-ID:tomorrow\nEND:VTODO\nEND:VCALENDAR", "line 11, RECURRENCE-ID")]
    [InlineData("BEGIN:VCALENDAR\nBEGIN:VTODO\nUID:1\nSUMMARY:x\nEND:VTODO\nBEGIN:VTODO\nUID:1\nSUMMARY:y\nEND:VTODO\nEND:VCALENDAR", "line 6, id")]
    // Digits, but none that the RFC has.
    [InlineData("BEGIN:VCALENDAR\nBEGIN:VTODO\nSUMMARY:x\nDTSTART:20300101T000000Z\nDURATION:PT\u0663M\nEND:VTODO\nEND:VCALENDAR", "line 5, DURATION")]
    public async Task A_wrong_calendar_is_refused_with_its_line_and_writes_nothing(string body, string place) =>
        await (await _api.CreateUserAsync()).AssertImportIsRefusedAsync(Calendar, body, place);
}
