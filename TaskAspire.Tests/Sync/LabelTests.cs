using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using TaskAspire.Data;
using TaskAspire.Data.Tasks;
using TaskAspire.Tests.Api;
using TaskAspire.Tests.Fixtures;
using static System.Net.HttpStatusCode;

namespace TaskAspire.Tests.Sync;

/// <summary>Categories and tags in the journal, and what becomes of their tasks.</summary>
public sealed class LabelTests(BackingServices services)
{
    private readonly SharedApi _api = SharedApi.On(services);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("categories", "category")]
    [InlineData("tags", "tag")]
    public async Task Each_write_that_changes_something_is_one_change(string path, string entity)
    {
        var user = await _api.CreateUserAsync();
        var client = new SyncClient(user);
        await client.SyncAsync();

        var id = (string)(await user.PostAsync(path, new JsonObject { ["name"] = "a" })).Json["id"]!;
        await user.PutAsync($"{path}/{id}", new JsonObject { ["name"] = "b" });
        await user.PatchAsync($"{path}/{id}", new JsonObject { ["name"] = "b" });
        await user.PostAsync(path, new JsonObject { ["name"] = "B" }, Conflict);
        await user.DeleteAsync($"{path}/{id}");
        await client.SyncAsync();

        Assert.Equal([$"{entity}.created", $"{entity}.updated", $"{entity}.deleted"], client.Changes.Select(c => $"{c["entity"]}.{c["operation"]}"));
        Assert.Equal("{\"name\":{\"from\":\"a\",\"to\":\"b\"}}", client.Changes[1]["fields"]!.ToJsonString());
        await client.AssertIsCurrentAsync();
    }

    [Theory]
    [InlineData(100)]
    [InlineData(1)]
    public async Task A_tag_may_take_the_name_that_another_had_before(int limit)
    {
        var user = await _api.CreateUserAsync();
        var a = (string)(await user.PostAsync("tags", new JsonObject { ["name"] = "a" })).Json["id"]!;
        var b = (string)(await user.PostAsync("tags", new JsonObject { ["name"] = "b" })).Json["id"]!;
        await user.CreateTaskAsync("has a", new JsonObject { ["tags"] = new JsonArray("a") });
        var task = (string)(await user.CreateTaskAsync("has b", new JsonObject { ["tags"] = new JsonArray("b") }))["id"]!;
        var client = new SyncClient(user, limit);
        await client.SyncAsync();
        var begins = new SyncClient(user, limit);
        await begins.AskAsync();
        var listens = new SyncClient(user);
        await listens.SyncAsync();
        string? start;
        using (var events = await EventSource.OpenAsync(user))
        {
            start = events.Start;
        }

        await user.PatchAsync($"tasks/{task}", new JsonObject { ["priority"] = "low" });
        await user.PatchAsync($"tags/{a}", new JsonObject { ["name"] = "z" });
        await user.PatchAsync($"tags/{b}", new JsonObject { ["name"] = "a" });

        await client.SyncAsync();
        await client.AssertIsCurrentAsync();
        await begins.SyncAsync();
        await begins.AssertIsCurrentAsync();
        using var late = await EventSource.OpenAsync(user, start);
        for (var i = 0; i < 3; i++)
        {
            listens.Apply((await late.ReadAsync()).Data!);
        }

        await listens.AssertIsCurrentAsync();
    }

    [Theory]
    [InlineData("categories")]
    [InlineData("tags")]
    public async Task A_stale_ETag_is_refused(string path)
    {
        var user = await _api.CreateUserAsync();
        var created = await user.PostAsync(path, new JsonObject { ["name"] = "a" });
        var id = (string)created.Json["id"]!;
        Assert.Equal(created.ETag, (await user.GetAsync($"{path}/{id}")).ETag);
        await user.SendAsync(HttpMethod.Get, $"{path}/{id}", null, NotModified, null, ("If-None-Match", created.ETag));

        var renamed = await user.SendAsync(HttpMethod.Put, $"{path}/{id}", new JsonObject { ["name"] = "b" }, OK, null, ("If-Match", created.ETag));
        foreach (var method in new[] { HttpMethod.Put, HttpMethod.Patch, HttpMethod.Delete })
        {
            var body = method == HttpMethod.Delete ? null : new JsonObject { ["name"] = "c" };
            Assert.Equal("precondition-failed", (await user.SendAsync(method, $"{path}/{id}", body, PreconditionFailed, null, ("If-Match", created.ETag))).Problem);
        }

        await user.SendAsync(HttpMethod.Delete, $"{path}/{id}", null, NoContent, null, ("If-Match", renamed.ETag));
    }

    [Theory]
    [InlineData("categories")]
    [InlineData("tags")]
    public async Task Deleting_one_that_many_tasks_have_changes_each_of_them(string path)
    {
        const int Count = 1200;
        var user = await _api.CreateUserAsync();
        var label = (string)(await user.PostAsync(path, new JsonObject { ["name"] = "x" })).Json["id"]!;
        var task = await user.CreateTaskAsync("t", path == "tags" ? new JsonObject { ["tags"] = new JsonArray("x", "kept") } : new JsonObject { ["categoryId"] = label });
        var userId = Guid.Parse((string)(await user.GetAsync("auth/me")).Json["id"]!);
        await using var database = TaskDatabases.Open(await _api.GetDatabaseAsync());
        await CopyAsync(database, Guid.Parse((string)task["id"]!), Count - 1);
        var client = new SyncClient(user, limit: 500);
        await client.SyncAsync();
        Assert.Equal(Count, client.State.Count(s => s.Key.Entity == "task"));

        await user.DeleteAsync($"{path}/{label}");

        Assert.Equal(Count, await database.Tasks.CountAsync(t => t.UserId == userId && t.Version == 2 && t.CategoryId == null, Cancel));
        Assert.Equal(Count, await database.WebhookEvents.CountAsync(e => e.UserId == userId && e.Type == "task.updated", Cancel));
        await client.SyncAsync();
        Assert.Equal(Count + 1, client.Changes.Count);
        Assert.Equal(path == "tags" ? "tag" : "category", (string)client.Changes[^1]["entity"]!);
        var field = path == "tags" ? "tags" : "categoryId";
        Assert.All(client.Changes[..^1], c => Assert.Equal([field], c["fields"]!.AsObject().Select(f => f.Key)));
        Assert.Equal(Enumerable.Range((int)client.Sequences.First(), Count + 1).Select(i => (long)i), client.Sequences);
    }

    [Fact]
    public async Task Deleting_and_using_the_same_labels_at_once_neither_fails_nor_leaves_one_behind()
    {
        var user = await _api.CreateUserAsync();
        var other = user.On(await _api.GetBAsync());
        var tasks = new List<string>();
        for (var i = 0; i < 6; i++)
        {
            tasks.Add((string)(await user.CreateTaskAsync($"t{i}"))["id"]!);
        }

        var client = new SyncClient(user);
        await client.SyncAsync();
        for (var round = 0; round < 6; round++)
        {
            var category = (string)(await user.PostAsync("categories", new JsonObject { ["name"] = $"c{round}" })).Json["id"]!;
            await user.PatchAsync($"tasks/{tasks[0]}", new JsonObject { ["tags"] = new JsonArray("shared") });
            var tag = (string)(await user.GetAsync("tags")).Json["items"]!.AsArray().Single(t => (string)t!["name"]! == "shared")!["id"]!;

            var statuses = await Task.WhenAll([
                .. tasks.Select(t => StatusAsync(HttpMethod.Patch, other, $"tasks/{t}", new JsonObject { ["categoryId"] = category, ["tags"] = new JsonArray("shared") })),
                .. tasks.Select(t => StatusAsync(HttpMethod.Patch, user, $"tasks/{t}", new JsonObject { ["tags"] = new JsonArray("shared", "other") })),
                StatusAsync(HttpMethod.Delete, user, $"categories/{category}", null),
                StatusAsync(HttpMethod.Delete, other, $"tags/{tag}", null),
            ]);

            // 400: the category is gone.
            Assert.All(statuses, s => Assert.True(s is OK or NoContent or BadRequest, $"{s}"));
            Assert.Equal([NoContent, NoContent], statuses[^2..]);
            await client.SyncAsync();
            await client.AssertIsCurrentAsync();
        }
    }

    [Fact]
    public async Task Parallel_creations_do_not_get_past_the_most_categories_there_can_be()
    {
        var user = await _api.CreateUserAsync();
        var userId = Guid.Parse((string)(await user.GetAsync("auth/me")).Json["id"]!);
        await using var database = TaskDatabases.Open(await _api.GetDatabaseAsync());
        for (var i = 0; i < 498; i++)
        {
            database.Categories.Add(new Category { UserId = userId, Name = $"c{i}", NameKey = $"c{i}", CreatedAt = DateTimeOffset.UtcNow, UpdatedAt = DateTimeOffset.UtcNow });
        }

        await database.SaveChangesAsync(Cancel);
        var statuses = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => StatusAsync(HttpMethod.Post, user, "categories", new JsonObject { ["name"] = $"new {i}" })));

        Assert.Equal(2, statuses.Count(s => s == Created));
        Assert.Equal(6, statuses.Count(s => s == Conflict));
        Assert.Equal(500, await database.Categories.CountAsync(c => c.UserId == userId, Cancel));
    }

    private static async Task<System.Net.HttpStatusCode> StatusAsync(HttpMethod method, ApiClient user, string path, JsonNode? body)
    {
        using var request = new HttpRequestMessage(method, $"/api/v1/{path}") { Content = body is null ? null : System.Net.Http.Json.JsonContent.Create(body) };
        using var response = await user.Http.SendAsync(request, Cancel);
        return response.StatusCode;
    }

    /// <summary>Tasks like one that is there, made in the database, since a thousand requests would take long.</summary>
    private static Task<int> CopyAsync(TaskDbContext database, Guid task, int count) => database.Database.ExecuteSqlAsync(
        $"""
        WITH copies AS (
            INSERT INTO tasks (id, user_id, title, status, priority, category_id, created_at, updated_at, version)
            SELECT uuid_v7(), user_id, title, status, priority, category_id, created_at, updated_at, 1 FROM tasks, generate_series(1, {count}) WHERE id = {task}
            RETURNING id)
        INSERT INTO task_tags (task_id, tag_id) SELECT copies.id, tag_id FROM copies, task_tags WHERE task_id = {task}
        """, Cancel);
}
