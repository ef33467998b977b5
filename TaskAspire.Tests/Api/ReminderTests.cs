using System.Text.Json.Nodes;
using Npgsql;
using TaskAspire.Tests.Fixtures;
using static System.Net.HttpStatusCode;

namespace TaskAspire.Tests.Api;

/// <summary>When a reminder will fire, as the dispatcher finds it in the database.</summary>
public sealed class ReminderTests(BackingServices services)
{
    private readonly SharedApi _api = SharedApi.On(services);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_relative_reminder_waits_for_a_due_date_moves_with_it_and_waits_again()
    {
        var user = await _api.CreateUserAsync();
        var task = await user.CreateTaskAsync("a", JsonNode.Parse("""{ "reminders": [{ "minutesBeforeDue": 30 }, { "at": "2999-06-01T00:00:00Z" }] }""")!.AsObject());
        Assert.Equal(["2999-06-01 00:00"], await ArmedAsync(task));

        foreach (var (due, expected) in new[]
        {
            ("2998-01-01T12:00:00Z", new[] { "2998-01-01 11:30", "2999-06-01 00:00" }),
            ("2998-02-01T12:00:00+02:00", ["2998-02-01 09:30", "2999-06-01 00:00"]),
            // What has passed fires at once.
            ("2020-02-01T12:00:00Z", ["2020-02-01 11:30", "2999-06-01 00:00"]),
            (null, ["2999-06-01 00:00"]),
            ("2998-01-01T12:00:00Z", ["2998-01-01 11:30", "2999-06-01 00:00"]),
        })
        {
            var patched = (await user.PatchAsync($"tasks/{task["id"]}", new JsonObject { ["dueDate"] = due })).Json;
            Assert.Equal(task["reminders"]!.AsArray().Select(r => (string)r!["id"]!).Order(), patched["reminders"]!.AsArray().Select(r => (string)r!["id"]!).Order());
            Assert.Equal(expected, await ArmedAsync(task));
        }
    }

    [Fact]
    public async Task A_task_that_is_there_gets_reminders_and_loses_them()
    {
        var user = await _api.CreateUserAsync();
        var task = await user.CreateTaskAsync("a", new JsonObject { ["dueDate"] = "2998-01-01T12:00:00Z" });
        await user.PatchAsync($"tasks/{task["id"]}", JsonNode.Parse("""{ "reminders": [{ "minutesBeforeDue": 30 }] }"""));
        Assert.Equal(["2998-01-01 11:30"], await ArmedAsync(task));
        await user.PatchAsync($"tasks/{task["id"]}", JsonNode.Parse("""{ "reminders": [{ "minutesBeforeDue": 60 }, { "minutesBeforeDue": 30 }] }"""));
        Assert.Equal(["2998-01-01 11:00", "2998-01-01 11:30"], await ArmedAsync(task));
        await user.PatchAsync($"tasks/{task["id"]}", JsonNode.Parse("""{ "reminders": [] }"""));
        Assert.Empty(await ArmedAsync(task));
    }

    [Fact]
    public async Task One_that_is_moved_away_leaves_its_time_to_a_new_one_whichever_is_listed_first()
    {
        var user = await _api.CreateUserAsync();
        var task = await user.CreateTaskAsync("a", JsonNode.Parse("""{ "reminders": [{ "at": "2998-01-01T00:00:00Z" }] }""")!.AsObject());
        var id = (string)task["reminders"]![0]!["id"]!;

        var patched = (await user.PatchAsync($"tasks/{task["id"]}", JsonNode.Parse($$"""
            { "reminders": [{ "at": "2998-01-01T00:00:00Z" }, { "id": "{{id}}", "at": "2998-02-01T00:00:00Z" }] }
            """))).Json;

        Assert.NotEqual(id, (string?)patched["reminders"]![0]!["id"]);
        Assert.Equal(id, (string?)patched["reminders"]![1]!["id"]);
        Assert.Equal(["2998-01-01 00:00", "2998-02-01 00:00"], await ArmedAsync(task));
    }

    [Fact]
    public async Task One_that_has_fired_fires_again_only_when_its_time_is_another()
    {
        var user = await _api.CreateUserAsync();
        var task = await user.CreateTaskAsync("a", JsonNode.Parse("""
            { "dueDate": "2999-01-01T00:00:00Z", "reminders": [{ "at": "2998-06-01T00:00:00Z" }, { "minutesBeforeDue": 60 }] }
            """)!.AsObject());
        await ExecuteAsync($"UPDATE task_reminders SET fired_at = now(), fire_at = NULL WHERE task_id = '{task["id"]}'");
        var path = $"tasks/{task["id"]}";

        await user.PatchAsync(path, new JsonObject { ["title"] = "b", ["reminders"] = task["reminders"]!.DeepClone() });
        await user.PutAsync(path, JsonNode.Parse("""
            { "title": "c", "dueDate": "2999-01-01T00:00:00Z", "reminders": [{ "at": "2998-06-01T00:00:00Z" }, { "minutesBeforeDue": 60 }] }
            """));
        await user.PostAsync($"{path}/complete", null, OK);
        await user.PostAsync($"{path}/reopen", null, OK);
        Assert.Empty(await ArmedAsync(task));

        var moved = task["reminders"]!.DeepClone();
        moved[0]!["at"] = "2998-07-01T00:00:00Z";
        await user.PatchAsync(path, new JsonObject { ["reminders"] = moved });
        Assert.Equal(["2998-07-01 00:00"], await ArmedAsync(task));
        await user.PatchAsync(path, new JsonObject { ["dueDate"] = "2999-02-01T00:00:00Z" });
        Assert.Equal(["2998-07-01 00:00", "2999-01-31 23:00"], await ArmedAsync(task));
    }

    [Fact]
    public async Task A_closed_task_reminds_of_nothing_and_a_reopened_one_not_of_what_passed()
    {
        var user = await _api.CreateUserAsync();
        var task = await user.CreateTaskAsync("a", JsonNode.Parse("""{ "reminders": [{ "at": "2020-01-01T00:00:00Z" }, { "at": "2999-01-01T00:00:00Z" }] }""")!.AsObject());
        Assert.Equal(2, (await ArmedAsync(task)).Count);

        await user.PatchAsync($"tasks/{task["id"]}", new JsonObject { ["status"] = "cancelled" });
        Assert.Empty(await ArmedAsync(task));
        await user.PostAsync($"tasks/{task["id"]}/reopen", null, OK);
        Assert.Equal(["2999-01-01 00:00"], await ArmedAsync(task));
    }

    [Fact]
    public async Task Twenty_are_the_limit_and_the_same_time_twice_is_refused()
    {
        var user = await _api.CreateUserAsync();
        var task = await user.CreateTaskAsync("a", new JsonObject { ["reminders"] = Relative(20) });
        Assert.Equal(20, task["reminders"]!.AsArray().Count);

        Assert.Contains("20", (await user.PatchAsync($"tasks/{task["id"]}", new JsonObject { ["reminders"] = Relative(21) }, BadRequest)).ErrorOf("reminders"), StringComparison.Ordinal);
        var same = await user.PatchAsync($"tasks/{task["id"]}", JsonNode.Parse("""
            { "reminders": [{ "at": "2030-01-01T00:00:00Z" }, { "at": "2030-01-01T01:00:00+01:00" }] }
            """), BadRequest);
        Assert.NotEmpty(same.ErrorOf("reminders[1]"));
    }

    [Fact]
    public async Task A_body_full_of_reminders_is_refused_quickly()
    {
        var user = await _api.CreateUserAsync();
        var begun = TimeProvider.System.GetTimestamp();

        await user.PostAsync("tasks", new JsonObject { ["title"] = "a", ["reminders"] = Relative(35_000) }, BadRequest);

        Assert.True(TimeProvider.System.GetElapsedTime(begun) < TimeSpan.FromSeconds(10));
    }

    private static JsonArray Relative(int count) => [.. Enumerable.Range(1, count).Select(i => new JsonObject { ["minutesBeforeDue"] = i })];

    /// <summary>The times at which reminders of the task will fire, UTC.</summary>
    private async Task<List<string>> ArmedAsync(JsonObject task)
    {
        await using var connection = await OpenAsync();
        await using var command = new NpgsqlCommand(
            $"SELECT to_char(fire_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI') FROM task_reminders WHERE task_id = '{task["id"]}' AND fire_at IS NOT NULL ORDER BY fire_at", connection);
        await using var reader = await command.ExecuteReaderAsync(Cancel);
        var times = new List<string>();
        while (await reader.ReadAsync(Cancel))
        {
            times.Add(reader.GetString(0));
        }

        return times;
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var connection = await OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(Cancel);
    }

    private async Task<NpgsqlConnection> OpenAsync()
    {
        var connection = new NpgsqlConnection(await _api.GetDatabaseAsync());
        await connection.OpenAsync(Cancel);
        return connection;
    }
}
