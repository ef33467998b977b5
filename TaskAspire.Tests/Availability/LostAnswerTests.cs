using System.Net;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using TaskAspire.Tests.Api;
using TaskAspire.Tests.Fixtures;

namespace TaskAspire.Tests.Availability;

/// <summary>The database has done what it was asked for, and its answer is lost. What is done again then must not be done twice.</summary>
public sealed class LostAnswerTests(BackingServices services) : IAsyncLifetime
{
    private string _connection = null!;
    private PostgresProxy _proxy = null!;
    private RedisLease _redis = null!;
    private ApiHost _api = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _connection = await services.CreateTaskDatabaseAsync(Cancel);
        _proxy = new PostgresProxy(_connection);
        _redis = await services.RentRedisAsync(Cancel);
        _api = new ApiHost(_proxy.ConnectionString, _redis.ConnectionString);
    }

    public async ValueTask DisposeAsync()
    {
        await _api.DisposeAsync();
        await _redis.DisposeAsync();
        await _proxy.DisposeAsync();
    }

    [Fact]
    public async Task An_account_is_made_once_and_not_refused_as_its_own_double()
    {
        _proxy.LoseAnswersTo("INSERT INTO users", 1);
        var user = await _api.CreateUserAsync(Cancel);

        Assert.Equal(1, _proxy.AnswersLost);
        await user.GetAsync("auth/me");
    }

    [Fact]
    public async Task An_api_key_is_made_once_so_that_there_is_none_that_nobody_was_shown()
    {
        var user = await _api.CreateUserAsync(Cancel);

        _proxy.LoseAnswersTo(PostgresProxy.Commit, 1);
        var created = await user.PostAsync("api-keys", new JsonObject { ["name"] = "CI", ["scopes"] = new JsonArray("tasks:read") });

        Assert.Equal(1, _proxy.AnswersLost);
        Assert.Equal((string)created.Json["id"]!, (string)(await user.GetAsync("api-keys")).Json["items"]!.AsArray().Single()!["id"]!);
    }

    [Fact]
    public async Task A_secret_is_rotated_once_so_that_the_one_before_still_signs()
    {
        var user = await _api.CreateUserAsync(Cancel);
        var endpoint = await user.PostAsync("webhooks", new JsonObject { ["url"] = "http://127.0.0.1:9/", ["events"] = new JsonArray("task.created") });
        await using var database = TaskDatabases.Open(_connection);
        var before = (await database.WebhookEndpoints.AsNoTracking().SingleAsync(Cancel)).Secret;

        _proxy.LoseAnswersTo(PostgresProxy.Commit, 1);
        var rotated = await user.SendAsync(
            HttpMethod.Post, $"webhooks/{endpoint.Json["id"]}/rotate-secret", null, HttpStatusCode.OK, null, ("If-Match", endpoint.ETag));

        Assert.Equal(1, _proxy.AnswersLost);
        Assert.Equal(before, (await database.WebhookEndpoints.AsNoTracking().SingleAsync(Cancel)).PreviousSecret);
        Assert.Equal(rotated.ETag, (await user.GetAsync($"webhooks/{endpoint.Json["id"]}")).ETag);
    }

    [Fact]
    public async Task An_endpoint_is_deleted_once_and_not_missed_by_who_deleted_it()
    {
        var user = await _api.CreateUserAsync(Cancel);
        var endpoint = await user.PostAsync("webhooks", new JsonObject { ["url"] = "http://127.0.0.1:9/", ["events"] = new JsonArray("task.created") });

        _proxy.LoseAnswersTo(PostgresProxy.Commit, 1);
        await user.DeleteAsync($"webhooks/{endpoint.Json["id"]}");

        Assert.Equal(1, _proxy.AnswersLost);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("any-key")]
    public async Task A_write_of_which_nobody_knows_whether_it_was_done_leaves_no_old_list(string? key)
    {
        var user = await _api.CreateUserAsync(Cancel);
        await user.GetAsync("tasks");
        await Eventually.TrueAsync(async () => (await user.GetAsync("tasks")).Cache == "hit", Cancel);

        // Once for each try.
        _proxy.LoseAnswersTo(PostgresProxy.Commit, 3);
        await user.SendAsync(
            HttpMethod.Post, "tasks", new JsonObject { ["title"] = "there" }, HttpStatusCode.ServiceUnavailable, null, key is null ? [] : [("Idempotency-Key", key)]);

        Assert.Equal(3, _proxy.AnswersLost);
        Assert.Equal("there", (string?)(await user.GetAsync("tasks")).Json["items"]!.AsArray().Single()!["title"]);
    }

    [Fact]
    public async Task Each_write_is_done_once_and_answered_as_such()
    {
        var user = await _api.CreateUserAsync(Cancel);

        var task = await OnceAsync(HttpMethod.Post, "tasks", """{ "title": "one", "tags": ["home"] }""", HttpStatusCode.Created);
        await OnceAsync(HttpMethod.Patch, $"tasks/{task.Json["id"]}", """{ "title": "renamed" }""", HttpStatusCode.OK, task.ETag);
        await OnceAsync(HttpMethod.Post, "tasks/bulk", """{ "operations": [{ "op": "create", "task": { "title": "two" } }] }""", HttpStatusCode.OK);
        await OnceAsync(HttpMethod.Post, "import", """{ "format": "taskaspire", "version": 1, "tasks": [{ "title": "three" }] }""", HttpStatusCode.OK);
        var category = await OnceAsync(HttpMethod.Post, "categories", """{ "name": "Garden" }""", HttpStatusCode.Created);
        await OnceAsync(HttpMethod.Patch, $"categories/{category.Json["id"]}", """{ "name": "Yard" }""", HttpStatusCode.OK, category.ETag);
        await OnceAsync(HttpMethod.Delete, $"categories/{category.Json["id"]}", null, HttpStatusCode.NoContent);
        Assert.Equal(["renamed", "three", "two"], (await user.GetAsync("tasks?sort=title")).Json["items"]!.AsArray().Select(t => (string?)t!["title"]));
        await OnceAsync(HttpMethod.Delete, $"tasks/{task.Json["id"]}", null, HttpStatusCode.NoContent);

        async Task<ApiAnswer> OnceAsync(HttpMethod method, string path, string? body, HttpStatusCode expected, string? ifMatch = null)
        {
            var lost = _proxy.AnswersLost;
            _proxy.LoseAnswersTo(PostgresProxy.Commit, 1);
            var answer = await user.SendRawAsync(method, path, body, expected, null, ifMatch is null ? [] : [("If-Match", ifMatch)]);
            Assert.Equal(lost + 1, _proxy.AnswersLost);
            return answer;
        }
    }

    [Fact]
    public async Task A_write_is_done_once_whichever_of_its_statements_the_connection_breaks_at()
    {
        var user = await _api.CreateUserAsync(Cancel);

        var statements = 0;
        for (var lost = -1; _proxy.AnswersLost > lost; statements++)
        {
            lost = _proxy.AnswersLost;
            var task = await user.CreateTaskAsync("daily", new JsonObject { ["dueDate"] = "2031-01-01T09:00:00Z", ["recurrence"] = "FREQ=DAILY" });
            _proxy.LoseAnswersTo("", 1, after: statements);
            await user.PostAsync($"tasks/{task["id"]}/complete", null, HttpStatusCode.OK);
            _proxy.LoseAnswersTo("", 0);
        }

        Assert.InRange(statements, 4, 40);
        Assert.Equal((statements, statements), (await TotalAsync("done"), await TotalAsync("todo")));

        async Task<int> TotalAsync(string status) => (int)(await user.GetAsync($"tasks?status={status}")).Json["total"]!;
    }

    [Fact]
    public async Task What_was_rolled_back_is_not_taken_for_done_because_somebody_else_wrote_meanwhile()
    {
        var user = await _api.CreateUserAsync(Cancel);
        var task = $"tasks/{(await user.PostAsync("tasks", new JsonObject { ["title"] = "old" })).Json["id"]}";

        _proxy.LoseStatement(PostgresProxy.Commit, () => user.PatchAsync(task, new JsonObject { ["priority"] = "high" }));
        await user.PatchAsync(task, new JsonObject { ["title"] = "new" });

        var written = (await user.GetAsync(task)).Json;
        Assert.Equal(("new", "high", 3), ((string)written["title"]!, (string)written["priority"]!, (int)written["version"]!));
    }
}
