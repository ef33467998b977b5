using System.Text.Json.Nodes;
using Npgsql;
using TaskAspire.Tests.Api;
using TaskAspire.Tests.Fixtures;
using static System.Net.HttpStatusCode;

namespace TaskAspire.Tests.Portability;

/// <summary>Our own format, which has all that there is.</summary>
public sealed class JsonPortabilityTests(BackingServices services)
{
    private const string Json = "application/json";

    private readonly SharedApi _api = SharedApi.On(services);

    [Fact]
    public async Task What_is_exported_as_json_is_the_same_after_an_import_elsewhere()
    {
        var (one, other) = (await _api.CreateUserAsync(), await _api.CreateUserAsync());
        await one.FillAsync();
        await one.PostAsync("categories", JsonNode.Parse("""{"name":"Empty","color":"#00ff00"}"""));
        await one.PostAsync("tags", JsonNode.Parse("""{"name":"on nothing"}"""));
        var exported = await one.GetAsync("export");

        var answer = (await other.ImportAsync(Json, exported.Text)).Json;

        Assert.Equal("""{"created":5,"categoriesCreated":2,"tagsCreated":4,"dryRun":false}""", answer.ToJsonString());
        var again = await other.GetAsync("export?format=json");
        Assert.Equal(PortableUser.Comparable(exported.Json), PortableUser.Comparable(again.Json));
        var unlike = exported.Json["tasks"]!.AsArray().Select(t => (string)t!["id"]!).Intersect(again.Json["tasks"]!.AsArray().Select(t => (string)t!["id"]!));
        Assert.Empty(unlike);
        // As if each had been created by itself: the rule goes on, and the change journal knows them.
        var recurring = (await other.GetAsync("tasks?search=Bins")).Json["items"]![0]!;
        Assert.NotEmpty((await other.PostAsync($"tasks/{recurring["id"]}/complete", null, OK)).Headers.GetValues("Link"));
    }

    /// <summary>Imports are written by COPY, single tasks by SaveChanges.</summary>
    [Fact]
    public async Task An_import_writes_the_same_rows_as_creating_its_tasks_one_by_one()
    {
        var (one, other) = (await _api.CreateUserAsync(), await _api.CreateUserAsync());
        var due = DateTimeOffset.UtcNow.AddYears(1);
        var category = (await one.PostAsync("categories", JsonNode.Parse("""{"name":"Home","color":"#00ff00"}"""))).Json["id"]!;
        await one.PostAsync("tasks", new JsonObject
        {
            ["title"] = "Bins \u2028 \"x\"", ["description"] = "Out\n", ["status"] = "in_progress", ["priority"] = "high", ["dueDate"] = due, ["timeZone"] = "Europe/Berlin",
            ["categoryId"] = category.DeepClone(), ["tags"] = new JsonArray("a", "B"), ["recurrence"] = "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR,SA,SU",
            ["reminders"] = new JsonArray(new JsonObject { ["minutesBeforeDue"] = 30 }, new JsonObject { ["at"] = due.AddDays(-1) }),
        });
        await one.PostAsync("tasks", JsonNode.Parse("""{"title":"Nothing else"}"""));

        await other.ImportAsync(Json, (await one.GetAsync("export")).Text);

        var rows = await RowsAsync(one);
        Assert.Equal(13, rows.Count);
        Assert.Equal(rows, await RowsAsync(other));
    }

    // Without what has to differ: ids, times, and who is told of in events.
    private async Task<List<string>> RowsAsync(ApiClient user)
    {
        await using var postgres = NpgsqlDataSource.Create(await _api.GetDatabaseAsync());
        await using var command = postgres.CreateCommand(
            """
            SELECT row || (r - '{id,user_id,task_id,tag_id,category_id,category_ids,entity_id,sequence,transaction_id,created_at,updated_at,occurred_at,payload,trace_parent}'::text[])::text
            FROM (
                SELECT 'task ' AS row, to_jsonb(t) AS r FROM tasks t WHERE user_id = $1
                UNION ALL SELECT 'tag ', to_jsonb(g) FROM task_tags g JOIN tasks t ON t.id = g.task_id WHERE t.user_id = $1
                UNION ALL SELECT 'reminder ', to_jsonb(m) FROM task_reminders m WHERE user_id = $1
                UNION ALL SELECT 'event ', to_jsonb(e) FROM webhook_events e WHERE user_id = $1
                UNION ALL SELECT 'change ', to_jsonb(c) FROM changes c WHERE user_id = $1
            ) AS rows
            ORDER BY 1
            """);
        command.Parameters.Add(new NpgsqlParameter { Value = (Guid)(await user.GetAsync("auth/me")).Json["id"]! });
        var rows = new List<string>();
        await using var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        while (await reader.ReadAsync(TestContext.Current.CancellationToken))
        {
            rows.Add(reader.GetString(0));
        }

        return rows;
    }

    [Fact]
    public async Task The_trash_stays_at_home_and_large_exports_are_whole()
    {
        var user = await _api.CreateUserAsync();
        var tasks = new JsonArray([.. Enumerable.Range(0, 1_201).Select(i => new JsonObject { ["title"] = $"task {i}" })]);
        await user.ImportAsync(Json, new JsonObject { ["format"] = "taskaspire", ["version"] = 1, ["tasks"] = tasks }.ToJsonString());
        var one = (await user.GetAsync("tasks?search=task 1200")).Json["items"]![0]!["id"];
        await user.DeleteAsync($"tasks/{one}");

        var titles = (await user.GetAsync("export")).Json["tasks"]!.AsArray().Select(t => (string)t!["title"]!).ToHashSet();

        Assert.Equal(Enumerable.Range(0, 1_200).Select(i => $"task {i}").ToHashSet(), titles);
    }

    [Theory]
    [InlineData("""{"format":"other","version":1,"tasks":[]}""", "format")]
    [InlineData("""{"format":"taskaspire","version":2,"tasks":[]}""", "version")]
    [InlineData("""{"format":"taskaspire","version":1}""", "tasks")]
    [InlineData("""{"format":"taskaspire","version":1,"tasks":[null]}""", "tasks[0]")]
    [InlineData("""{"format":"taskaspire","version":1,"tasks":[{"title":"a"},{"title":""}]}""", "tasks[1].title")]
    [InlineData("""{"format":"taskaspire","version":1,"tasks":[{"title":"a","userId":"x"}]}""", "tasks[0].userId")]
    [InlineData("""{"format":"taskaspire","version":1,"tasks":[{"title":"a","reminders":[{}]}]}""", "tasks[0].reminders[0]")]
    [InlineData("""{"format":"taskaspire","version":1,"tasks":[{"title":"a","category":" "}]}""", "tasks[0].category")]
    [InlineData("""{"format":"taskaspire","version":1,"categories":[{"name":"a","color":"red"}],"tasks":[]}""", "categories[0].color")]
    [InlineData("""{"format":"taskaspire","version":1,"tags":["a","A"],"tasks":[]}""", "tags[1]")]
    [InlineData("""{"format":"taskaspire","version":1,"tags":[null],"tasks":[]}""", "tags[0]")]
    [InlineData("null", null)]
    [InlineData("[", "$")]
    public async Task A_wrong_document_is_refused_with_its_field_and_writes_nothing(string body, string? place) =>
        await (await _api.CreateUserAsync()).AssertImportIsRefusedAsync(Json, body, place);

    [Theory]
    [InlineData("""{"format":"taskaspire","version":1,"tasks":{}}""", "tasks", "A list is expected.")]
    [InlineData("""{"format":"taskaspire","version":1,"tasks":["a"]}""", "tasks[0]", "An object is expected.")]
    [InlineData("""{"format":"taskaspire","version":1,"tasks":[{"title":"a","tags":"home"}]}""", "tasks[0].tags", "A list is expected.")]
    [InlineData("""{"format":"taskaspire","version":1,"tasks":[{"title":"a","reminders":60}]}""", "tasks[0].reminders", "A list is expected.")]
    [InlineData("""{"format":"taskaspire","version":1,"tasks":[{"title":"a","reminders":[60]}]}""", "tasks[0].reminders[0]", "An object is expected.")]
    [InlineData("""{"format":"taskaspire","version":1,"categories":["Home"],"tasks":[]}""", "categories[0]", "An object is expected.")]
    public async Task What_is_of_another_kind_is_told_what_is_expected(string body, string place, string expected)
    {
        var answer = await (await _api.CreateUserAsync()).ImportAsync(Json, body, BadRequest);
        Assert.Equal(expected, answer.ErrorOf(place));
    }

    /// <summary>That each of these never occurs takes some ten milliseconds to see, and an import may have a hundred thousand.</summary>
    [Fact]
    public async Task Rules_that_never_occur_are_looked_for_until_enough_are_found()
    {
        var user = await _api.CreateUserAsync();
        var rule = $"FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR,SA,SU;BYMONTHDAY={string.Join(',', Enumerable.Range(1, 31))};BYSETPOS=100";
        var task = $$"""{"title":"a","dueDate":"2031-01-01T00:00:00Z","recurrence":"{{rule}}"}""";

        var answer = await user.ImportAsync(Json, $$"""{"format":"taskaspire","version":1,"tasks":[{{string.Join(',', Enumerable.Repeat(task, 1_000))}}]}""", BadRequest);

        Assert.Equal(101, answer.Json["errors"]!.AsObject().Count);
        Assert.NotEmpty(answer.ErrorOf("tasks[99].recurrence"));
        Assert.Contains("at least 1;", answer.ErrorOf("$"), StringComparison.Ordinal);
    }
}
