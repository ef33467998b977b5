using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;
using TaskAspire.Tests.Fixtures;
using static System.Net.HttpStatusCode;

namespace TaskAspire.Tests.Api;

public sealed class RecurrenceTests(BackingServices services)
{
    private readonly SharedApi _api = SharedApi.On(services);

    [Fact]
    public async Task Completing_a_task_that_recurs_hands_it_on_to_its_next_occurrence()
    {
        var user = await _api.CreateUserAsync();
        var category = (await user.PostAsync("categories", new JsonObject { ["name"] = "Home" })).Json["id"]!.GetValue<string>();
        var parent = (await user.CreateTaskAsync("All"))["id"]!.GetValue<string>();
        var task = await CreateAsync(user, $$"""
            {
              "title": "Bins", "description": "the blue ones", "priority": "high", "dueDate": "2031-03-28T07:00:00Z", "timeZone": "Europe/Berlin",
              "categoryId": "{{category}}", "parentId": "{{parent}}", "tags": ["a", "b"], "recurrence": "RRULE:freq=weekly;byday=fr;interval=1",
              "reminders": [{ "minutesBeforeDue": 60 }, { "at": "2031-03-27T17:00:00Z" }]
            }
            """);
        Assert.Equal("FREQ=WEEKLY;BYDAY=FR", (string?)task["recurrence"]);

        var completed = await user.PostAsync($"tasks/{task["id"]}/complete", null, OK);

        Assert.Equal("done", (string?)completed.Json["status"]);
        Assert.Null(completed.Json["recurrence"]);
        var next = await NextAsync(user, completed);
        // Daylight saving began on the 30th: the same time on the clock in Berlin, an hour earlier in UTC.
        Assert.Equal("2031-04-04T06:00:00.000Z", (string?)next["dueDate"]);
        Assert.Equal("todo", (string?)next["status"]);
        Assert.Equal(1, (int?)next["version"]);
        foreach (var field in new[] { "title", "description", "priority", "timeZone", "categoryId", "parentId", "tags", "recurrence", "category" })
        {
            Assert.Equal(task[field]!.ToJsonString(), next[field]!.ToJsonString());
        }

        Assert.Equal("2031-04-03T16:00:00.000Z", (string?)next["reminders"]![0]!["at"]);
        Assert.Equal(60, (int?)next["reminders"]![1]!["minutesBeforeDue"]);
        Assert.NotEqual((string?)task["reminders"]![0]!["id"], (string?)next["reminders"]![0]!["id"]);
    }

    [Theory]
    // Beyond what .NET can count to, and beyond what the API takes.
    [InlineData("1990-01-01T09:00:00Z", "9998-12-31T00:00:00Z")]
    [InlineData("2026-01-01T09:00:00Z", "9998-12-31T00:00:00Z")]
    public async Task A_reminder_that_the_next_occurrence_would_move_out_of_time_is_left_out(string dueDate, string at)
    {
        var user = await _api.CreateUserAsync();
        var task = await CreateAsync(user, $$"""
            {"title":"a","dueDate":"{{dueDate}}","recurrence":"FREQ=DAILY","reminders":[{"at":"{{at}}"},{"minutesBeforeDue":5}]}
            """);

        var next = await NextAsync(user, await user.PostAsync($"tasks/{task["id"]}/complete", null, OK));

        Assert.Equal(5, (int?)Assert.Single(next["reminders"]!.AsArray())!["minutesBeforeDue"]);
    }

    [Theory]
    // 02:30 in Berlin is left out a week later and becomes 03:30, or came twice and comes once.
    [InlineData("2031-03-23T11:00:00Z", "2031-03-23T01:30:00Z", "2031-03-23T02:30:00Z")]
    [InlineData("2031-10-26T11:00:00Z", "2031-10-26T00:30:00Z", "2031-10-26T01:30:00Z")]
    public async Task Reminders_that_daylight_saving_moves_to_one_time_become_one(string dueDate, string at, string other)
    {
        var user = await _api.CreateUserAsync();
        var task = await CreateAsync(user, $$"""
            {"title":"a","dueDate":"{{dueDate}}","timeZone":"Europe/Berlin","recurrence":"FREQ=WEEKLY","reminders":[{"at":"{{at}}"},{"at":"{{other}}"}]}
            """);

        var next = await NextAsync(user, await user.PostAsync($"tasks/{task["id"]}/complete", null, OK));

        Assert.Single(next["reminders"]!.AsArray());
        // As long as there were two, no change of the task was taken.
        await user.PatchAsync($"tasks/{next["id"]}", new JsonObject { ["title"] = "b" });
    }

    [Fact]
    public async Task A_task_completed_twice_has_one_next_occurrence()
    {
        var user = await _api.CreateUserAsync();
        var task = await CreateAsync(user, """{"title":"a","dueDate":"2031-01-01T00:00:00Z","recurrence":"FREQ=DAILY"}""");
        var before = task.DeepClone().AsObject();

        Assert.NotNull(Link(await user.PostAsync($"tasks/{task["id"]}/complete", null, OK)));
        Assert.Null(Link(await user.PostAsync($"tasks/{task["id"]}/complete", null, OK)));
        Assert.Null(Link(await user.PostAsync($"tasks/{task["id"]}/reopen", null, OK)));
        Assert.Null(Link(await user.PostAsync($"tasks/{task["id"]}/complete", null, OK)));
        // A client that repeats what it knew.
        var body = new JsonObject { ["title"] = "a", ["status"] = "done", ["dueDate"] = (string?)before["dueDate"], ["recurrence"] = (string?)before["recurrence"] };
        Assert.Null((await user.PutAsync($"tasks/{task["id"]}", body)).Json["recurrence"]);
        Assert.Equal(2, (int?)(await user.GetAsync("tasks")).Json["total"]);
    }

    [Fact]
    public async Task What_takes_up_a_done_task_again_can_have_it_recur_again()
    {
        var user = await _api.CreateUserAsync();
        const string Body = """{"title":"a","dueDate":"2031-01-01T00:00:00Z","recurrence":"FREQ=DAILY"}""";
        var (patched, replaced) = ((await CreateAsync(user, Body))["id"], (await CreateAsync(user, Body))["id"]);
        await user.PostAsync($"tasks/{patched}/complete", null, OK);
        await user.PostAsync($"tasks/{replaced}/complete", null, OK);

        Assert.Equal("FREQ=WEEKLY", (string?)(await user.PatchAsync($"tasks/{patched}", JsonNode.Parse("""{"status":"todo","recurrence":"FREQ=WEEKLY"}"""))).Json["recurrence"]);
        Assert.Equal("FREQ=DAILY", (string?)(await user.PutAsync($"tasks/{replaced}", JsonNode.Parse(Body))).Json["recurrence"]);
        Assert.Equal("2031-01-08T00:00:00.000Z", (string?)(await NextAsync(user, await user.PostAsync($"tasks/{patched}/complete", null, OK)))["dueDate"]);
    }

    [Fact]
    public async Task Every_way_to_complete_a_task_makes_the_next_and_cancelling_none()
    {
        var user = await _api.CreateUserAsync();
        const string Body = """{"title":"a","dueDate":"2031-01-01T00:00:00Z","recurrence":"FREQ=DAILY"}""";
        var done = JsonNode.Parse(Body)!.AsObject();
        done["status"] = "done";

        Assert.Equal("2031-01-02T00:00:00.000Z", (string?)(await NextAsync(user, await user.PostAsync("tasks", done)))["dueDate"]);
        Assert.NotNull(Link(await user.PutAsync($"tasks/{(await CreateAsync(user, Body))["id"]}", done)));
        Assert.NotNull(Link(await user.PatchAsync($"tasks/{(await CreateAsync(user, Body))["id"]}", new JsonObject { ["status"] = "done" })));
        var cancelled = (await CreateAsync(user, Body))["id"];
        var answer = await user.PatchAsync($"tasks/{cancelled}", new JsonObject { ["status"] = "cancelled" });
        Assert.Null(Link(answer));
        Assert.Equal("FREQ=DAILY", (string?)answer.Json["recurrence"]);
        Assert.NotNull(Link(await user.PostAsync($"tasks/{cancelled}/complete", null, OK)));
    }

    [Theory]
    [InlineData("FREQ=DAILY;COUNT=3", "2031-01-02T00:00:00.000Z 2031-01-03T00:00:00.000Z")]
    [InlineData("FREQ=DAILY;UNTIL=20310102", "2031-01-02T00:00:00.000Z")]
    [InlineData("FREQ=DAILY;COUNT=4\nEXDATE:20310102T000000Z", "2031-01-03T00:00:00.000Z 2031-01-04T00:00:00.000Z")]
    [InlineData("FREQ=DAILY;COUNT=1", "")]
    public async Task A_series_ends_where_its_rule_does(string rule, string expected)
    {
        var user = await _api.CreateUserAsync();
        var task = (await user.CreateTaskAsync("a", new JsonObject { ["dueDate"] = "2031-01-01T00:00:00Z", ["recurrence"] = rule }))["id"]!.GetValue<string>();
        var due = new List<string>();
        while (Link(await user.PostAsync($"tasks/{task}/complete", null, OK)) is { } next)
        {
            var follower = (await user.GetAsync(next)).Json;
            due.Add((string)follower["dueDate"]!);
            task = (string)follower["id"]!;
        }

        Assert.Equal(expected.Split(' ', StringSplitOptions.RemoveEmptyEntries), due);
    }

    [Fact]
    public async Task An_overdue_task_goes_on_after_today_and_passed_reminders_are_let_pass()
    {
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        var redis = await services.RentRedisAsync(TestContext.Current.CancellationToken);
        await using var host = new ApiHost(await services.CreateTaskDatabaseAsync(TestContext.Current.CancellationToken), redis.ConnectionString, clock);
        var user = await host.CreateUserAsync(TestContext.Current.CancellationToken);
        var now = clock.GetUtcNow();
        var task = await CreateAsync(user, $$"""{"title":"a","dueDate":"{{now.AddDays(-10).AddHours(1):O}}","recurrence":"FREQ=DAILY"}""");

        var next = await NextAsync(user, await user.PostAsync($"tasks/{task["id"]}/complete", null, OK));

        Assert.Equal($"{now.AddHours(1):yyyy-MM-dd'T'HH:mm:ss.fff}Z", (string?)next["dueDate"]);
        await redis.DisposeAsync();
    }

    [Fact]
    public async Task Moving_one_occurrence_leaves_the_series_and_a_new_rule_or_zone_begins_one()
    {
        var user = await _api.CreateUserAsync();
        var task = await CreateAsync(user, """{"title":"a","dueDate":"2031-06-02T09:00:00Z","recurrence":"FREQ=WEEKLY"}""");
        await user.PatchAsync($"tasks/{task["id"]}", JsonNode.Parse("""{"dueDate":"2031-06-04T11:00:00Z"}"""));
        task = await NextAsync(user, await user.PostAsync($"tasks/{task["id"]}/complete", null, OK));
        Assert.Equal("2031-06-09T09:00:00.000Z", (string?)task["dueDate"]);

        await user.PatchAsync($"tasks/{task["id"]}", JsonNode.Parse("""{"dueDate":"2031-06-10T11:00:00Z","recurrence":"FREQ=WEEKLY;INTERVAL=2"}"""));
        task = await NextAsync(user, await user.PostAsync($"tasks/{task["id"]}/complete", null, OK));
        Assert.Equal("2031-06-24T11:00:00.000Z", (string?)task["dueDate"]);
    }

    [Theory]
    [InlineData("""{"title":"a","recurrence":"FREQ=DAILY"}""", "dueDate")]
    [InlineData("""{"title":"a","dueDate":"2031-01-01T00:00:00Z","recurrence":""}""", "empty")]
    [InlineData("""{"title":"a","dueDate":"2031-01-01T00:00:00Z","recurrence":"FREQ=SOMETIMES"}""", "SOMETIMES")]
    [InlineData("""{"title":"a","dueDate":"2031-01-01T00:00:00Z","recurrence":"FREQ=MINUTELY"}""", "HOURLY")]
    [InlineData("""{"title":"a","dueDate":"2031-01-01T00:00:00Z","recurrence":"FREQ=DAILY;UNTIL=20301231"}""", "UNTIL")]
    [InlineData("""{"title":"a","dueDate":"2031-01-01T00:00:00Z","recurrence":"FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"}""", "never")]
    public async Task A_recurrence_that_cannot_be_is_a_400_that_says_why(string body, string message)
    {
        var user = await _api.CreateUserAsync();

        Assert.Contains(message, (await user.SendRawAsync(HttpMethod.Post, "tasks", body, BadRequest)).ErrorOf("recurrence"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Null_clears_a_recurrence_and_a_due_date_cannot_go_without_it()
    {
        var user = await _api.CreateUserAsync();
        var task = await CreateAsync(user, """{"title":"a","dueDate":"2031-01-01T00:00:00Z","recurrence":"FREQ=DAILY"}""");

        Assert.NotEmpty((await user.PatchAsync($"tasks/{task["id"]}", JsonNode.Parse("""{"dueDate":null}"""), BadRequest)).ErrorOf("recurrence"));
        Assert.Null((await user.PatchAsync($"tasks/{task["id"]}", JsonNode.Parse("""{"dueDate":null,"recurrence":null}"""))).Json["recurrence"]);
        Assert.Null(Link(await user.PostAsync($"tasks/{task["id"]}/complete", null, OK)));
    }

    [Fact]
    public async Task A_completion_repeated_with_its_key_names_the_same_next_occurrence()
    {
        var user = await _api.CreateUserAsync();
        var task = await CreateAsync(user, """{"title":"a","dueDate":"2031-01-01T00:00:00Z","recurrence":"FREQ=DAILY"}""");
        var key = ("Idempotency-Key", Guid.NewGuid().ToString());

        var first = await user.SendAsync(HttpMethod.Post, $"tasks/{task["id"]}/complete", null, OK, null, key);
        var second = await user.SendAsync(HttpMethod.Post, $"tasks/{task["id"]}/complete", null, OK, null, key);

        Assert.NotNull(Link(first));
        Assert.Equal(Link(first), Link(second));
        Assert.Equal(2, (int?)(await user.GetAsync("tasks")).Json["total"]);
    }

    private static async Task<JsonObject> CreateAsync(ApiClient user, string body) => (await user.PostAsync("tasks", JsonNode.Parse(body))).Json;

    private static async Task<JsonObject> NextAsync(ApiClient user, ApiAnswer completed) => (await user.GetAsync(Link(completed)!)).Json;

    /// <summary>Where the next occurrence is; null without one.</summary>
    private static string? Link(ApiAnswer answer)
    {
        if (!answer.Headers.TryGetValues("Link", out var values))
        {
            return null;
        }

        var link = values.Single();
        Assert.EndsWith("; rel=\"next\"", link, StringComparison.Ordinal);
        return link[1..link.IndexOf('>', StringComparison.Ordinal)];
    }
}
