using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using TaskAspire.ApiService.Tasks.Trash;
using TaskAspire.Tests.Fixtures;
using static System.Net.HttpStatusCode;

namespace TaskAspire.Tests.Api;

public sealed class TrashTests(BackingServices services)
{
    private readonly SharedApi _api = SharedApi.On(services);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_restored_task_is_as_it_was_and_its_past_reminders_stay_silent()
    {
        var user = await _api.CreateUserAsync();
        var task = await user.CreateTaskAsync("a", JsonNode.Parse("""
            { "tags": ["t"], "dueDate": "2999-01-01T00:00:00Z", "reminders": [{ "at": "2998-01-01T00:00:00Z" }, { "at": "2020-01-01T00:00:00Z" }] }
            """)!.AsObject());
        var path = $"tasks/{task["id"]}";
        await user.DeleteAsync(path);
        Assert.Equal(0, await ArmedAsync(task));

        var restored = await user.PostAsync($"{path}/restore", null, OK);

        Assert.Equal((3, "a"), ((int)restored.Json["version"]!, (string)restored.Json["title"]!));
        Assert.Null(restored.Json["deletedAt"]);
        Assert.True(JsonNode.DeepEquals(task["reminders"], restored.Json["reminders"]));
        Assert.Equal(1, await ArmedAsync(task));
        var read = await user.GetAsync(path);
        Assert.Equal((restored.Text, restored.ETag), (read.Text, read.ETag));
        Assert.Equal(restored.Text, (await user.PostAsync($"{path}/restore", null, OK)).Text);
        await user.PostAsync($"tasks/{Guid.NewGuid()}/restore", null, NotFound);
    }

    [Fact]
    public async Task What_went_together_comes_back_together_and_nothing_else_does()
    {
        var user = await _api.CreateUserAsync();
        var parent = await IdAsync(user, "parent");
        var (child, before) = (await IdAsync(user, "child", parent), await IdAsync(user, "deleted before", parent));
        var grandchild = await IdAsync(user, "grandchild", child);
        await user.DeleteAsync($"tasks/{before}");
        await user.DeleteAsync($"tasks/{parent}");
        Assert.Equal(0, (int?)(await user.GetAsync("tasks")).Json["total"]);

        await user.PostAsync($"tasks/{parent}/restore", null, OK);

        Assert.Equal(parent, (string?)(await user.GetAsync($"tasks/{child}")).Json["parentId"]);
        Assert.Equal(child, (string?)(await user.GetAsync($"tasks/{grandchild}")).Json["parentId"]);
        await user.GetAsync($"tasks/{before}", NotFound);
        Assert.Equal(parent, (string?)(await user.PostAsync($"tasks/{before}/restore", null, OK)).Json["parentId"]);
    }

    [Fact]
    public async Task A_child_whose_parent_is_in_the_trash_or_gone_comes_back_at_the_top_with_its_own()
    {
        var user = await _api.CreateUserAsync();
        var parent = await IdAsync(user, "parent");
        var child = await IdAsync(user, "child", parent);
        var grandchild = await IdAsync(user, "grandchild", child);
        await user.DeleteAsync($"tasks/{parent}");

        Assert.Null((await user.PostAsync($"tasks/{child}/restore", null, OK)).Json["parentId"]);
        Assert.Equal(child, (string?)(await user.GetAsync($"tasks/{grandchild}")).Json["parentId"]);

        await user.DeleteAsync($"tasks/{parent}?permanent=true");
        await user.GetAsync($"tasks/{child}");
        await user.PostAsync($"tasks/{parent}/restore", null, NotFound);
    }

    [Fact]
    public async Task A_child_whose_parent_has_no_room_any_more_comes_back_at_the_top()
    {
        var user = await _api.CreateUserAsync();
        var parent = await IdAsync(user, "parent");
        var child = await IdAsync(user, "child", parent);
        var grandchild = await IdAsync(user, "grandchild", child);
        await user.DeleteAsync($"tasks/{child}");
        var (one, two, three) = (await IdAsync(user, "1"), "", "");
        two = await IdAsync(user, "2", one);
        three = await IdAsync(user, "3", two);
        await user.PatchAsync($"tasks/{parent}", new JsonObject { ["parentId"] = three });

        Assert.Null((await user.PostAsync($"tasks/{child}/restore", null, OK)).Json["parentId"]);
        Assert.Equal(child, (string?)(await user.GetAsync($"tasks/{grandchild}")).Json["parentId"]);
    }

    [Fact]
    public async Task The_trash_lists_the_last_deleted_first_and_page_by_page()
    {
        var user = await _api.CreateUserAsync();
        var stranger = await _api.CreateUserAsync();
        await IdAsync(user, "live");
        var ids = new List<string>();
        for (var i = 0; i < 7; i++)
        {
            ids.Add(await IdAsync(user, $"{i}"));
        }

        foreach (var id in ids)
        {
            await user.DeleteAsync($"tasks/{id}");
        }

        var listed = new List<string>();
        string? cursor = null;
        do
        {
            var page = (await user.GetAsync($"tasks/trash?limit=3{(cursor is null ? "" : "&cursor=" + cursor)}")).Json;
            Assert.All(page["items"]!.AsArray(), t => Assert.NotNull(t!["deletedAt"]));
            listed.AddRange(page["items"]!.AsArray().Select(t => (string)t!["id"]!));
            cursor = (string?)page["nextCursor"];
        }
        while (cursor is not null);

        Assert.Equal(Enumerable.Reverse(ids), listed);
        Assert.Empty((await stranger.GetAsync("tasks/trash")).Json["items"]!.AsArray());
        Assert.NotEmpty((await user.GetAsync("tasks/trash?cursor=x", BadRequest)).ErrorOf("cursor"));
        Assert.NotEmpty((await user.GetAsync("tasks/trash?limit=0", BadRequest)).ErrorOf("limit"));
        Assert.NotEmpty((await user.GetAsync("tasks/trash?page=2", BadRequest)).ErrorOf("page"));
    }

    [Fact]
    public async Task Removed_for_good_is_removed_with_all_below_and_told_once()
    {
        var user = await _api.CreateUserAsync();
        var webhook = (string)(await user.PostAsync("webhooks", JsonNode.Parse("""{ "url": "http://127.0.0.1:9/", "events": ["task.deleted"] }"""))).Json["id"]!;
        var parent = await IdAsync(user, "parent");
        var (child, trashed) = (await IdAsync(user, "child", parent), await IdAsync(user, "trashed", parent));
        await user.DeleteAsync($"tasks/{trashed}");

        await user.DeleteAsync($"tasks/{parent}?permanent=true");

        Assert.Empty((await user.GetAsync("tasks/trash")).Json["items"]!.AsArray());
        foreach (var id in new[] { parent, child, trashed })
        {
            await user.GetAsync($"tasks/{id}", NotFound);
            await user.GetAsync($"tasks/{id}/history", NotFound);
            await user.DeleteAsync($"tasks/{id}?permanent=true", NotFound);
            Assert.Equal("purged", await LastChangeAsync(id));
        }

        Assert.Equal(3, (await user.GetAsync($"webhooks/{webhook}/deliveries")).Json["items"]!.AsArray().Count);
        Assert.NotEmpty((await user.DeleteAsync($"tasks/{parent}?permanent=yes", BadRequest)).ErrorOf("permanent"));
    }

    [Fact]
    public async Task Emptying_the_trash_removes_what_is_in_it_and_nothing_else()
    {
        var user = await _api.CreateUserAsync();
        var stranger = await _api.CreateUserAsync();
        var theirs = await IdAsync(stranger, "theirs");
        await stranger.DeleteAsync($"tasks/{theirs}");
        var live = await IdAsync(user, "live");
        // More than a batch.
        for (var i = 0; i < 3; i++)
        {
            var created = (await user.PostAsync("tasks/bulk", new JsonObject
            {
                ["operations"] = new JsonArray([.. Enumerable.Range(0, 100).Select(n => new JsonObject { ["op"] = "create", ["task"] = new JsonObject { ["title"] = $"{n}" } })]),
            }, OK)).Json["results"]!.AsArray();
            await user.PostAsync("tasks/bulk", new JsonObject
            {
                ["operations"] = new JsonArray([.. created.Select(r => new JsonObject { ["op"] = "delete", ["id"] = (string)r!["task"]!["id"]! })]),
            }, OK);
        }

        await user.DeleteAsync("tasks/trash");

        Assert.Empty((await user.GetAsync("tasks/trash")).Json["items"]!.AsArray());
        await user.GetAsync($"tasks/{live}");
        Assert.Single((await stranger.GetAsync("tasks/trash")).Json["items"]!.AsArray());
        await user.DeleteAsync("tasks/trash");
    }

    [Fact]
    public async Task Only_the_current_entity_tag_lets_a_conditional_restore_or_removal_through()
    {
        var user = await _api.CreateUserAsync();
        var created = await user.PostAsync("tasks", new JsonObject { ["title"] = "a" });
        var path = $"tasks/{created.Json["id"]}";
        await user.DeleteAsync(path);

        await user.SendAsync(HttpMethod.Post, $"{path}/restore", null, PreconditionFailed, null, ("If-Match", created.ETag));
        await user.SendAsync(HttpMethod.Delete, $"{path}?permanent=true", null, PreconditionFailed, null, ("If-Match", created.ETag));
        var restored = await user.SendAsync(HttpMethod.Post, $"{path}/restore", null, OK, null, ("If-Match", "\"2\""));
        await user.SendAsync(HttpMethod.Delete, $"{path}?permanent=true", null, NoContent, null, ("If-Match", restored.ETag));
    }

    [Fact]
    public async Task After_thirty_days_the_trash_is_purged_by_several_instances_at_once_and_sync_learns_of_it()
    {
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        var database = await services.CreateTaskDatabaseAsync(Cancel);
        await using var redis = await services.RentRedisAsync(Cancel);
        await using var a = new ApiHost(database, redis.ConnectionString, clock);
        await using var b = new ApiHost(database, redis.ConnectionString, clock);
        var user = await a.CreateUserAsync(Cancel);
        var other = await b.CreateUserAsync(Cancel);
        var parent = await IdAsync(user, "parent");
        var child = await IdAsync(user, "child", parent);
        var theirs = await IdAsync(other, "theirs");
        await user.DeleteAsync($"tasks/{parent}");
        await other.DeleteAsync($"tasks/{theirs}");
        clock.Advance(TimeSpan.FromMinutes(10));
        var late = await IdAsync(user, "late");
        await user.DeleteAsync($"tasks/{late}");

        clock.Advance(TimeSpan.FromDays(30) - TimeSpan.FromMinutes(5));
        await Task.WhenAll(new[] { a, b, a, b }.Select(host => host.Services.GetServices<IHostedService>().OfType<TrashPurge>().Single().RemoveExpiredAsync(Cancel)));

        await using var connection = new NpgsqlConnection(database);
        await connection.OpenAsync(Cancel);
        Assert.Equal(late, await ScalarAsync(connection, "SELECT string_agg(id::text, ',') FROM tasks"));
        foreach (var id in new[] { parent, child, theirs })
        {
            Assert.Equal("purged,system", await ScalarAsync(connection, $"SELECT operation || ',' || actor FROM changes WHERE entity_id = '{id}' ORDER BY id DESC LIMIT 1"));
            Assert.Equal("1", await ScalarAsync(connection, $"SELECT count(*)::text FROM changes WHERE entity_id = '{id}' AND operation = 'purged'"));
            Assert.Equal("0", await ScalarAsync(connection, $"SELECT count(*)::text FROM changes WHERE entity_id = '{id}' AND fields IS NOT NULL"));
        }
    }

    private static async Task<string> IdAsync(ApiClient user, string title, string? parent = null) =>
        (string)(await user.CreateTaskAsync(title, parent is null ? null : new JsonObject { ["parentId"] = parent }))["id"]!;

    private async Task<int> ArmedAsync(JsonObject task) =>
        int.Parse(await AskAsync($"SELECT count(*)::text FROM task_reminders WHERE task_id = '{task["id"]}' AND fire_at IS NOT NULL"), System.Globalization.CultureInfo.InvariantCulture);

    private Task<string> LastChangeAsync(string id) => AskAsync($"SELECT operation FROM changes WHERE entity_id = '{id}' ORDER BY id DESC LIMIT 1");

    private async Task<string> AskAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(await _api.GetDatabaseAsync());
        await connection.OpenAsync(Cancel);
        return await ScalarAsync(connection, sql);
    }

    private static async Task<string> ScalarAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return (string)(await command.ExecuteScalarAsync(Cancel))!;
    }
}
