using System.Net;
using System.Net.Http.Headers;
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
using static System.Net.HttpStatusCode;

namespace TaskAspire.Tests.Portability;

public sealed class PortabilityTests(BackingServices services)
{
    private const string Json = "application/json";
    private const string Csv = "text/csv";
    private const string Calendar = "text/calendar";

    private readonly SharedApi _api = SharedApi.On(services);

    [Fact]
    public async Task What_is_exported_as_json_is_the_same_after_an_import_elsewhere()
    {
        var (one, other) = (await _api.CreateUserAsync(), await _api.CreateUserAsync());
        await FillAsync(one);
        await one.PostAsync("categories", JsonNode.Parse("""{"name":"Empty","color":"#00ff00"}"""));
        await one.PostAsync("tags", JsonNode.Parse("""{"name":"on nothing"}"""));
        var exported = await one.GetAsync("export");

        var answer = (await ImportAsync(other, Json, exported.Text)).Json;

        Assert.Equal("""{"created":5,"categoriesCreated":2,"tagsCreated":4,"dryRun":false}""", answer.ToJsonString());
        var again = await other.GetAsync("export?format=json");
        Assert.Equal(Comparable(exported.Json), Comparable(again.Json));
        var unlike = exported.Json["tasks"]!.AsArray().Select(t => (string)t!["id"]!).Intersect(again.Json["tasks"]!.AsArray().Select(t => (string)t!["id"]!));
        Assert.Empty(unlike);
        // As if each had been created by itself: the rule goes on, and the change journal knows them.
        var recurring = (await other.GetAsync("tasks?search=Bins")).Json["items"]![0]!;
        Assert.NotEmpty((await other.PostAsync($"tasks/{recurring["id"]}/complete", null, OK)).Headers.GetValues("Link"));
    }

    [Theory]
    [InlineData("csv", Csv, "csv")]
    [InlineData("ical", Calendar, "ics")]
    public async Task The_other_formats_can_be_imported_too(string format, string mediaType, string extension)
    {
        var (one, other) = (await _api.CreateUserAsync(), await _api.CreateUserAsync());
        await FillAsync(one);

        var (text, headers) = await ExportAsync(one, format);
        await ImportAsync(other, mediaType, text);

        Assert.Equal(mediaType, headers.ContentType!.MediaType);
        Assert.EndsWith($".{extension}", headers.ContentDisposition!.FileName, StringComparison.Ordinal);
        var before = Tasks((await one.GetAsync("export")).Json);
        var after = Tasks((await other.GetAsync("export")).Json);
        foreach (var field in new[] { "title", "description", "status", "priority", "dueDate", "category", "tags", "reminders", "recurrence", "parent", "completedAt" })
        {
            if (format == "ical" && field == "completedAt")
            {
                continue;
            }

            Assert.Equal(before.Select(t => t[field]?.ToJsonString()), after.Select(t => t[field]?.ToJsonString()));
        }
    }

    [Fact]
    public async Task A_table_holds_no_formula_and_gives_back_what_was_there()
    {
        var (one, other) = (await _api.CreateUserAsync(), await _api.CreateUserAsync());
        string[] titles = ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "'=1", "''", "'it", "a;b,c\"d", "x=1"];
        foreach (var title in titles)
        {
            await one.CreateTaskAsync(title, new JsonObject { ["description"] = "\r=cmd()\nx", ["tags"] = new JsonArray("a;b", "c\\d", "-e") });
        }

        var (text, _) = await ExportAsync(one, "csv");

        Assert.DoesNotContain(text.Split(','), cell => cell.Length > 0 && "=+-@\t".Contains(cell[0], StringComparison.Ordinal));
        await ImportAsync(other, Csv, text);
        var tasks = (await other.GetAsync("export")).Json["tasks"]!.AsArray();
        Assert.Equal(titles.Order(StringComparer.Ordinal), tasks.Select(t => (string)t!["title"]!).Order(StringComparer.Ordinal));
        Assert.All(tasks, t => Assert.Equal("""["-e","a;b","c\\d"]""", t!["tags"]!.ToJsonString()));
        Assert.All(tasks, t => Assert.Equal("\r=cmd()\nx", (string?)t!["description"]));
    }

    [Fact]
    public async Task A_calendar_is_read_by_another_parser_and_keeps_to_its_line_lengths()
    {
        var user = await _api.CreateUserAsync();
        await FillAsync(user);
        await user.CreateTaskAsync(string.Concat(Enumerable.Repeat("🎉é", 50)), new JsonObject { ["description"] = "a,b;c\\d\nnext line" });

        var (text, _) = await ExportAsync(user, "ical");

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

        await ImportAsync(other, Calendar, (await ExportAsync(one, "ical")).Text);

        static IEnumerable<string> Dates(JsonObject export) => Tasks(export).Select(t => $"{t["title"]} {t["dueDate"]} {t["timeZone"]}");
        Assert.Equal(Dates((await one.GetAsync("export")).Json), Dates((await other.GetAsync("export")).Json));
    }

    /// <summary>Of Thunderbird; it is what the other end of a calendar often is.</summary>
    [Fact]
    public async Task A_calendar_is_read_by_ical_js()
    {
        var user = await _api.CreateUserAsync();
        await FillAsync(user);
        var package = new NpmPackage("ical", "ical.js", "2.2.1", DataDirectory.Packages(SourceTree.Root!), SilentOutput.Instance);
        var module = Path.Combine(await package.EnsureAsync(TestContext.Current.CancellationToken), "dist", "ical.js");
        using var directory = new TestDirectory();
        var file = Path.Combine(directory.Path, "tasks.ics");
        await File.WriteAllTextAsync(file, (await ExportAsync(user, "ical")).Text, TestContext.Current.CancellationToken);
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
    public async Task The_trash_stays_at_home_and_large_exports_are_whole()
    {
        var user = await _api.CreateUserAsync();
        var tasks = new JsonArray([.. Enumerable.Range(0, 1_201).Select(i => new JsonObject { ["title"] = $"task {i}" })]);
        await ImportAsync(user, Json, new JsonObject { ["format"] = "taskaspire", ["version"] = 1, ["tasks"] = tasks }.ToJsonString());
        var one = (await user.GetAsync("tasks?search=task 1200")).Json["items"]![0]!["id"];
        await user.DeleteAsync($"tasks/{one}");

        var titles = (await user.GetAsync("export")).Json["tasks"]!.AsArray().Select(t => (string)t!["title"]!).ToHashSet();

        Assert.Equal(Enumerable.Range(0, 1_200).Select(i => $"task {i}").ToHashSet(), titles);
    }

    [Fact]
    public async Task Accept_chooses_the_format_and_an_unknown_one_is_refused()
    {
        var user = await _api.CreateUserAsync();

        Assert.StartsWith("BEGIN:VCALENDAR", (await user.SendAsync(HttpMethod.Get, "export", null, OK, null, ("Accept", "text/calendar, */*;q=0.1"))).Text, StringComparison.Ordinal);
        Assert.StartsWith("id,title", (await user.SendAsync(HttpMethod.Get, "export", null, OK, null, ("Accept", "text/csv"))).Text, StringComparison.Ordinal);
        Assert.Equal("not-acceptable", (await user.SendAsync(HttpMethod.Get, "export", null, NotAcceptable, null, ("Accept", "image/png"))).Problem);
        Assert.NotEmpty((await user.GetAsync("export?format=xml", BadRequest)).ErrorOf("format"));
    }

    [Fact]
    public async Task A_dry_run_writes_nothing_and_a_repeat_with_its_key_nothing_twice()
    {
        var user = await _api.CreateUserAsync();
        const string Table = "title,tags\na,x;y\nb,\n";

        Assert.Equal("""{"created":2,"categoriesCreated":0,"tagsCreated":0,"dryRun":true}""", (await ImportAsync(user, Csv, Table, query: "?dryRun=true")).Text);
        Assert.Equal(0, (int?)(await user.GetAsync("tasks")).Json["total"]);
        Assert.Equal(0, (int?)(await user.GetAsync("tags")).Json["total"]);
        var key = Guid.NewGuid().ToString();
        await ImportAsync(user, Csv, Table, key: key);
        await ImportAsync(user, Csv, Table, key: key);
        Assert.Equal(2, (int?)(await user.GetAsync("tasks")).Json["total"]);
    }

    [Theory]
    [InlineData(Csv, "title\n\n\"x", "line 3")]
    [InlineData(Csv, "", "line 1")]
    [InlineData(Csv, "name\nx", "line 1")]
    [InlineData(Csv, "title,title\nx,y", "line 1")]
    [InlineData(Csv, "title,status\nx,todo\ny,open", "line 3, status")]
    [InlineData(Csv, "title,dueDate\n\"x\ny\",\nz,tomorrow", "line 4, dueDate")]
    [InlineData(Csv, "title,priority\nx", "line 2")]
    [InlineData(Csv, "title\n\" \"", "line 2, title")]
    [InlineData(Csv, "title\na\0b", "line 2, title")]
    [InlineData(Csv, "title,parentId\na,7", "line 2, parentId")]
    [InlineData(Csv, "title,reminders\na,soon", "line 2, reminders")]
    [InlineData(Csv, "title,dueDate,recurrence\na,2031-01-01T00:00:00Z,FREQ=SECONDLY", "line 2, recurrence")]
    [InlineData(Csv, "id,title,parentId\n1,a,2\n2,b,1", "line 2, parentId")]
    [InlineData(Csv, "id,title\n1,a\n1,b", "line 3, id")]
    [InlineData(Calendar, "", "$")]
    [InlineData(Calendar, "hello", "line 1")]
    [InlineData(Calendar, "BEGIN:VCALENDAR\nBEGIN:VEVENT\nEND:VEVENT\nEND:VCALENDAR", "$")]
    [InlineData(Calendar, "BEGIN:VCALENDAR\nBEGIN:VTODO\nSUMMARY:x\n", "line 2")]
    [InlineData(Calendar, "BEGIN:VCALENDAR\nEND:VTODO", "line 2")]
    [InlineData(Calendar, "BEGIN:VCALENDAR\nBEGIN:VTODO\nSUMMARY:x\nDUE:tomorrow\nEND:VTODO\nEND:VCALENDAR", "line 4, DUE")]
    [InlineData(Calendar, "BEGIN:VCALENDAR\nBEGIN:VTODO\nSUMMARY:x\nDUE;TZID=Pacific/Auckland:19700101T000000\nEND:VTODO\nEND:VCALENDAR", "line 4, DUE")]
    [InlineData(Calendar, "BEGIN:VCALENDAR\nBEGIN:VTODO\nSUMMARY:x\nDUE;TZID=America/New_York:99981231T235959\nEND:VTODO\nEND:VCALENDAR", "line 4, DUE")]
    [InlineData(Calendar, "BEGIN:VCALENDAR\nBEGIN:VTODO\nSUMMARY:x\nDUE;TZID=Mars:20300101T000000\nEND:VTODO\nEND:VCALENDAR", "line 4, DUE")]
    [InlineData(Calendar, "BEGIN:VCALENDAR\nBEGIN:VTODO\nDUE:20300101\nEND:VTODO\nEND:VCALENDAR", "line 2, title")]
    [InlineData(Calendar, "BEGIN:VCALENDAR\nBEGIN:VTODO\nSUMMARY:x\nDUE:20300101T000000Z\nRRULE:FREQ=SECONDLY\nEND:VTODO\nEND:VCALENDAR", "line 2, recurrence")]
    [InlineData(Calendar, "BEGIN:VCALENDAR\nBEGIN:VTODO\nSUMMARY:x\nDUE:20300101T000000Z\nRRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30\nEND:VTODO\nEND:VCALENDAR", "line 2, recurrence")]
    [InlineData(Calendar, "BEGIN:VCALENDAR\nBEGIN:VTODO\nSUMMARY:x\n y\nSTATUS:MAYBE\nEND:VTODO\nEND:VCALENDAR", "line 5, STATUS")]
    [InlineData(Calendar, "BEGIN:VCALENDAR\nBEGIN:VTODO\nSUMMARY:x\nDTSTART:20300101T000000Z\nDURATION:-PT1H\nEND:VTODO\nEND:VCALENDAR", "line 5, DURATION")]
    [InlineData(Calendar, "BEGIN:VCALENDAR\nBEGIN:VTODO\nSUMMARY:x\nDTSTART:20300101T000000Z\nDURATION:1 hour\nEND:VTODO\nEND:VCALENDAR", "line 5, DURATION")]
    [InlineData(Calendar, "BEGIN:VCALENDAR\nBEGIN:VTODO\nSUMMARY:x\nDTSTART:99980101T000000Z\nDURATION:P99999D\nEND:VTODO\nEND:VCALENDAR", "line 5, DURATION")]
    [InlineData(Calendar, "BEGIN:VCALENDAR\nBEGIN:VTODO\nSUMMARY:x\nDTSTART:99980101T000000Z\nDURATION:PT999999H\nEND:VTODO\nEND:VCALENDAR", "line 5, DURATION")]
    [InlineData(Calendar, "BEGIN:VCALENDAR\nBEGIN:VTODO\nSUMMARY:x\nDUE:99980101T000000Z\nBEGIN:VALARM\nTRIGGER;RELATED=END:P99999D\nEND:VALARM\nEND:VTODO\nEND:VCALENDAR", "line 6, TRIGGER")]
    [InlineData(Calendar, "BEGIN:VCALENDAR\nBEGIN:VTODO\nSUMMARY:x\nDTSTART:19700101T000000Z\nDUE:20300101T000000Z\nBEGIN:VALARM\nTRIGGER:-P2D\nEND:VALARM\nEND:VTODO\nEND:VCALENDAR", "line 7, TRIGGER")]
    [InlineData(Calendar, "BEGIN:VCALENDAR\nBEGIN:VTODO\nSUMMARY:x\nDUE:20300101T000000Z\nRRULE:FREQ=DAILY\nRDATE:20300105T000000Z\nEND:VTODO\nEND:VCALENDAR", "line 6, RDATE")]
    [InlineData(Calendar, "BEGIN:VCALENDAR\nBEGIN:VTODO\nSUMMARY:x\nDUE:20300101T000000Z\nRDATE:20300105T000000Z\nEND:VTODO\nEND:VCALENDAR", "line 5, RDATE")]
    [InlineData(Calendar, "BEGIN:VCALENDAR\nBEGIN:VTODO\nSUMMARY:x\nDTSTART:20310131T090000Z\nDURATION:P1D\nRRULE:FREQ=MONTHLY\nEND:VTODO\nEND:VCALENDAR", "line 6, RRULE")]
    [InlineData(Calendar, "BEGIN:VCALENDAR\nBEGIN:VTODO\nSUMMARY:x\nDTSTART;VALUE=DATE:20310310\nDURATION:P1D\nRRULE:FREQ=WEEKLY;BYDAY=MO\nEND:VTODO\nEND:VCALENDAR", "line 6, RRULE")]
    [InlineData(Calendar, "BEGIN:VCALENDAR\nBEGIN:VTODO\nSUMMARY:x\nDTSTART:20310310T090000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;BYHOUR=9\nEND:VTODO\nEND:VCALENDAR", "line 6, RRULE")]
    [InlineData(Calendar, "BEGIN:VCALENDAR\nBEGIN:VTODO\nSUMMARY:x\nDTSTART:20310310T090000Z\nDURATION:P9999D\nRRULE:FREQ=DAILY\nEXDATE:99980310T090000Z\nEND:VTODO\nEND:VCALENDAR", "line 6, RRULE")]
    [InlineData(Calendar, "BEGIN:VCALENDAR\nBEGIN:VTODO\nUID:1\nSUMMARY:x\nDUE:20300101T000000Z\nRRULE:FREQ=DAILY\nEND:VTODO\nBEGIN:VTODO\nUID:1\nSUMMARY:y\nRECURRENCE-ID:20300102T000000Z\nDUE:20300102T010000Z\nEND:VTODO\nEND:VCALENDAR", "line 11, RECURRENCE-ID")]
    [InlineData(Json, """{"format":"other","version":1,"tasks":[]}""", "format")]
    [InlineData(Json, """{"format":"taskaspire","version":2,"tasks":[]}""", "version")]
    [InlineData(Json, """{"format":"taskaspire","version":1}""", "tasks")]
    [InlineData(Json, """{"format":"taskaspire","version":1,"tasks":[null]}""", "tasks[0]")]
    [InlineData(Json, """{"format":"taskaspire","version":1,"tasks":[{"title":"a"},{"title":""}]}""", "tasks[1].title")]
    [InlineData(Json, """{"format":"taskaspire","version":1,"tasks":[{"title":"a","userId":"x"}]}""", "tasks[0].userId")]
    [InlineData(Json, """{"format":"taskaspire","version":1,"tasks":[{"title":"a","reminders":[{}]}]}""", "tasks[0].reminders[0]")]
    [InlineData(Json, """{"format":"taskaspire","version":1,"tasks":[{"title":"a","category":" "}]}""", "tasks[0].category")]
    [InlineData(Json, """{"format":"taskaspire","version":1,"categories":[{"name":"a","color":"red"}],"tasks":[]}""", "categories[0].color")]
    [InlineData(Json, """{"format":"taskaspire","version":1,"tags":["a","A"],"tasks":[]}""", "tags[1]")]
    [InlineData(Json, """{"format":"taskaspire","version":1,"tags":[null],"tasks":[]}""", "tags[0]")]
    [InlineData(Json, "null", null)]
    [InlineData(Json, "[", "$")]
    public async Task A_wrong_import_is_a_400_that_names_the_place_and_writes_nothing(string mediaType, string body, string? place)
    {
        var user = await _api.CreateUserAsync();

        var answer = await ImportAsync(user, mediaType, body, BadRequest);

        if (place is not null)
        {
            Assert.NotEmpty(answer.ErrorOf(place));
        }

        Assert.Equal(0, (int?)(await user.GetAsync("tasks")).Json["total"]);
    }

    [Fact]
    public async Task What_is_too_much_is_refused()
    {
        await using var redis = await services.RentRedisAsync(TestContext.Current.CancellationToken);
        await using var host = new ApiHost(
            await _api.GetDatabaseAsync(), redis.ConnectionString, settings: new Dictionary<string, string?> { ["Import:MaxTasks"] = "1000", ["Import:MaxMebibytes"] = "10" });
        var user = await host.CreateUserAsync(TestContext.Current.CancellationToken);

        Assert.Contains("1,000", (await ImportAsync(user, Csv, "title\n" + string.Concat(Enumerable.Repeat("x\n", 1_001)), BadRequest)).ErrorOf("$"), StringComparison.Ordinal);
        var tooLarge = await ImportAsync(user, Csv, "title\n" + new string('x', 11 * 1024 * 1024), RequestEntityTooLarge);
        Assert.Equal("payload-too-large", tooLarge.Problem);
        Assert.Contains("10 MiB", (string)tooLarge.Json["detail"]!, StringComparison.Ordinal);
        Assert.Contains("64 KiB", (await ImportAsync(user, Csv, "title\n" + new string('x', 9 * 1024 * 1024), BadRequest)).ErrorOf("line 2"), StringComparison.Ordinal);
        var errors = (await ImportAsync(user, Csv, "title\n" + string.Concat(Enumerable.Repeat("\" \"\n", 1_000)), BadRequest)).Json["errors"]!.AsObject();
        Assert.Equal(101, errors.Count);
        Assert.Contains("900", (string)errors["$"]![0]!, StringComparison.Ordinal);
        await ImportAsync(user, Calendar, string.Concat(Enumerable.Repeat("BEGIN:VTODO\n", 100_000)), BadRequest);
        await ImportAsync(user, "application/xml", "<a/>", UnsupportedMediaType);
        var latin = new ByteArrayContent([.. "title\n"u8, 0xFC]) { Headers = { ContentType = new MediaTypeHeaderValue(Csv) } };
        using var answer = await user.Http.PostAsync("/api/v1/import", latin, TestContext.Current.CancellationToken);
        Assert.Equal(BadRequest, answer.StatusCode);
    }

    [Fact]
    public async Task An_import_keeps_to_the_most_categories_there_can_be()
    {
        var user = await _api.CreateUserAsync();
        string Table(int first, int count) => "title,category\n" + string.Concat(Enumerable.Range(first, count).Select(i => $"t,c{i}\n"));
        await ImportAsync(user, Csv, Table(0, 499));

        var refused = await ImportAsync(user, Csv, Table(498, 3), BadRequest);
        Assert.Contains("500 categories", refused.ErrorOf("line 4, category"), StringComparison.Ordinal);
        Assert.NotEmpty((await ImportAsync(user, Csv, Table(498, 3), BadRequest, "?dryRun=true")).ErrorOf("line 4, category"));
        const string Document = """{"format":"taskaspire","version":1,"categories":[{"name":"a"},{"name":"C1"},{"name":"b"}],"tasks":[]}""";
        Assert.NotEmpty((await ImportAsync(user, Json, Document, BadRequest)).ErrorOf("categories[2].name"));
        Assert.Equal(499, (int?)(await user.GetAsync("tasks")).Json["total"]);

        // Of several at once that each have room by themselves, one has.
        var statuses = await Task.WhenAll(Enumerable.Range(0, 4).Select(async i =>
        {
            using var body = new StringContent($"title,category\nt,last{i}\n", Encoding.UTF8, Csv);
            using var answer = await user.Http.PostAsync(i == 0 ? "/api/v1/categories" : "/api/v1/import",
                i == 0 ? System.Net.Http.Json.JsonContent.Create(new { name = "last0" }) : body, TestContext.Current.CancellationToken);
            return answer.IsSuccessStatusCode;
        }));
        Assert.Single(statuses, true);
        Assert.Equal(500, (await user.GetAsync("categories")).Json["items"]!.AsArray().Count);
        // What is there already can be named by as many tasks as one likes.
        await ImportAsync(user, Csv, Table(0, 499));
    }

    [Fact]
    public async Task A_calendar_of_another_program_is_understood()
    {
        var user = await _api.CreateUserAsync();

        await ImportAsync(user, Calendar, """
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

        await ImportAsync(
            user, Calendar, $"BEGIN:VCALENDAR\nBEGIN:VTODO\nSUMMARY:x\n{start}\nDURATION:{duration}\nBEGIN:VALARM\nTRIGGER;RELATED=END:-PT30M\nEND:VALARM\nEND:VTODO\nEND:VCALENDAR");

        var task = (await user.GetAsync("tasks")).Json["items"]![0]!;
        Assert.Equal(due, (string?)task["dueDate"]);
        Assert.Equal(30, (int?)task["reminders"]!.AsArray().Single()!["minutesBeforeDue"]);
    }

    [Fact]
    public async Task A_series_of_beginnings_becomes_one_of_due_dates()
    {
        var user = await _api.CreateUserAsync();

        await ImportAsync(user, Calendar, """
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

    private static async Task FillAsync(ApiClient user)
    {
        var category = (string)(await user.PostAsync("categories", JsonNode.Parse("""{"name":"Home","color":"#ff0000"}"""))).Json["id"]!;
        var bins = (string)(await user.PostAsync("tasks", JsonNode.Parse($$"""
            {
              "title": "Bins", "description": "the \"blue\" ones,\nand; more", "priority": "high", "dueDate": "2031-03-28T07:00:00Z", "timeZone": "Europe/Berlin",
              "categoryId": "{{category}}", "tags": ["a", "b;c"], "recurrence": "FREQ=WEEKLY;BYDAY=FR\nEXDATE:20310404T060000Z",
              "reminders": [{ "minutesBeforeDue": 60 }, { "at": "2031-03-27T17:00:00Z" }]
            }
            """))).Json["id"]!;
        await user.CreateTaskAsync("Part", new JsonObject { ["parentId"] = bins, ["tags"] = new JsonArray("A", "d") });
        await user.CreateTaskAsync("Done", new JsonObject { ["status"] = "done", ["priority"] = "urgent" });
        await user.CreateTaskAsync("Cancelled", new JsonObject { ["status"] = "cancelled", ["dueDate"] = "2020-01-01T00:00:00Z" });
        await user.CreateTaskAsync("Grüße 🎉", new JsonObject { ["status"] = "in_progress" });
    }

    /// <summary>The tasks by title, with the title of the parent, and without what an account decides.</summary>
    private static List<JsonObject> Tasks(JsonObject document)
    {
        var tasks = document["tasks"]!.DeepClone().AsArray().Select(t => t!.AsObject()).ToList();
        var titles = tasks.ToDictionary(t => (string)t["id"]!, t => (string)t["title"]!);
        foreach (var task in tasks)
        {
            task["parent"] = task["parentId"] is { } parent ? titles[(string)parent!] : null;
        }

        foreach (var task in tasks)
        {
            foreach (var field in new[] { "id", "parentId", "updatedAt" })
            {
                task.Remove(field);
            }
        }

        return [.. tasks.OrderBy(t => (string)t["title"]!, StringComparer.Ordinal)];
    }

    private static string Comparable(JsonObject document)
    {
        var copy = document.DeepClone().AsObject();
        copy.Remove("exportedAt");
        copy["tasks"] = new JsonArray([.. Tasks(document).Select(t => t.DeepClone())]);
        return copy.ToJsonString();
    }

    private static async Task<(string Text, HttpContentHeaders Headers)> ExportAsync(ApiClient user, string format)
    {
        using var answer = await user.Http.GetAsync($"/api/v1/export?format={format}", TestContext.Current.CancellationToken);
        Assert.Equal(OK, answer.StatusCode);
        return (await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), answer.Content.Headers);
    }

    private static async Task<ApiAnswer> ImportAsync(
        ApiClient user, string mediaType, string body, HttpStatusCode expected = OK, string query = "", string? key = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/v1/import{query}") { Content = new StringContent(body, Encoding.UTF8, mediaType) };
        if (key is not null)
        {
            request.Headers.Add("Idempotency-Key", key);
        }

        // A body that is too large is refused before it is sent; else the connection breaks while it is.
        request.Headers.ExpectContinue = expected == RequestEntityTooLarge;
        using var response = await user.Http.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(response.StatusCode == expected, $"{(int)response.StatusCode} instead of {(int)expected}: {text}");
        return new ApiAnswer(text, response.Headers);
    }
}
