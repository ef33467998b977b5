using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Npgsql;
using TaskAspire.Tests.Api;
using TaskAspire.Tests.Fixtures;
using static System.Net.HttpStatusCode;

namespace TaskAspire.Tests.Sync;

public sealed class SyncTests(BackingServices services)
{
    private readonly SharedApi _api = SharedApi.On(services);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_client_that_begins_gets_all_there_is_and_then_what_changes()
    {
        var user = await _api.CreateUserAsync();
        var category = (string)(await user.PostAsync("categories", new JsonObject { ["name"] = "c", ["color"] = "#00ff00" })).Json["id"]!;
        var task = (string)(await user.CreateTaskAsync("a", new JsonObject { ["categoryId"] = category, ["tags"] = new JsonArray("x", "y") }))["id"]!;
        var trashed = (string)(await user.CreateTaskAsync("b"))["id"]!;
        await user.DeleteAsync($"tasks/{trashed}");

        var client = new SyncClient(user, limit: 2);
        await client.SyncAsync();
        await client.AssertIsCurrentAsync();
        Assert.Empty(client.Changes);

        await user.PatchAsync($"tasks/{task}", new JsonObject { ["title"] = "A", ["tags"] = new JsonArray("y", "z") });
        await user.PostAsync($"tasks/{task}/complete", null, OK);
        await user.PatchAsync($"categories/{category}", new JsonObject { ["name"] = "C" });
        await user.DeleteAsync($"tasks/{task}");
        await client.SyncAsync();

        await client.AssertIsCurrentAsync();
        Assert.Equal(
            ["tag.created", "task.updated", "task.completed", "category.updated", "task.deleted"],
            client.Changes.Select(c => $"{c["entity"]}.{c["operation"]}"));
        Assert.Equal(("a", "A"), ((string)client.Changes[1]["fields"]!["title"]!["from"]!, (string)client.Changes[1]["fields"]!["title"]!["to"]!));
        Assert.False(await client.AskAsync());
        Assert.Equal(5, client.Changes.Count);
    }

    [Fact]
    public async Task A_client_may_stop_within_the_snapshot_while_others_write()
    {
        var user = await _api.CreateUserAsync();
        var ids = new List<string>();
        foreach (var i in Enumerable.Range(0, 7))
        {
            ids.Add((string)(await user.CreateTaskAsync($"t{i}"))["id"]!);
        }

        var client = new SyncClient(user, limit: 3);
        Assert.True(await client.AskAsync());
        await user.DeleteAsync($"tasks/{ids[0]}");
        await user.DeleteAsync($"tasks/{ids[6]}");
        await user.PatchAsync($"tasks/{ids[1]}", new JsonObject { ["title"] = "changed" });
        await user.PostAsync("categories", new JsonObject { ["name"] = "new" });
        await client.SyncAsync();

        await client.AssertIsCurrentAsync();
        Assert.Equal([8, 9, 10, 11], client.Sequences);
    }

    [Fact]
    public async Task A_user_who_has_nothing_gets_a_token_all_the_same()
    {
        var user = await _api.CreateUserAsync();
        var client = new SyncClient(user);
        Assert.False(await client.AskAsync());

        await user.CreateTaskAsync("first");
        await client.SyncAsync();

        Assert.Equal([1], client.Sequences);
        await client.AssertIsCurrentAsync();
    }

    [Fact]
    public async Task What_is_no_token_of_the_user_is_refused_with_what_to_send()
    {
        var user = await _api.CreateUserAsync();
        var other = await _api.CreateUserAsync();
        var token = (string)(await user.GetAsync("sync")).Json["nextToken"]!;
        var theirs = (string)(await other.GetAsync("sync")).Json["nextToken"]!;

        foreach (var bad in new[] { "", "x", "0", "%00", token[..^1], token + "A", "B" + token[1..], token[..20] + (token[20] == 'A' ? 'B' : 'A') + token[21..], theirs, new string('A', 3000) })
        {
            Assert.NotEmpty((await user.GetAsync($"sync?token={bad}", BadRequest)).ErrorOf("token"));
        }

        Assert.NotEmpty((await user.GetAsync("sync?limit=501", BadRequest)).ErrorOf("limit"));
        Assert.NotEmpty((await user.GetAsync("sync?page=1", BadRequest)).ErrorOf("page"));
        await user.GetAsync($"sync?token={token}&limit=500");
        await (await _api.GetAAsync()).CreateAnonymous().GetAsync("sync", Unauthorized);
    }

    /// <summary>The digest is no secret, so anybody can make one that fits.</summary>
    [Theory]
    [InlineData(-1)]
    [InlineData(long.MaxValue)]
    public async Task A_forged_token_is_refused_as_any_other_that_is_none(long ticks)
    {
        var user = await _api.CreateUserAsync();
        var id = Guid.Parse((string)(await user.GetAsync("auth/me")).Json["id"]!);
        var token = Base64Url.DecodeFromChars((string)(await user.GetAsync("sync")).Json["nextToken"]!);
        BinaryPrimitives.WriteInt64BigEndian(token.AsSpan(10), ticks);
        SHA256.HashData([.. id.ToByteArray(bigEndian: true), .. token[..^8]]).AsSpan(0, 8).CopyTo(token.AsSpan(token.Length - 8));

        Assert.NotEmpty((await user.GetAsync($"sync?token={Base64Url.EncodeToString(token)}", BadRequest)).ErrorOf("token"));
    }

    [Fact]
    public async Task A_token_that_knows_more_than_the_database_or_something_else_is_gone()
    {
        var user = await _api.CreateUserAsync();
        await user.CreateTaskAsync("a");
        await user.CreateTaskAsync("b");
        var token = (string)(await user.GetAsync("sync")).Json["nextToken"]!;

        // What a database restored from a backup looks like: first it lacks the change, then it has another one.
        var id = (string)(await user.GetAsync("auth/me")).Json["id"]!;
        await ExecuteAsync($"DELETE FROM changes WHERE user_id = '{id}' AND sequence = 2; UPDATE change_counters SET last = 1 WHERE user_id = '{id}'");
        Assert.Equal("sync-token-expired", (await user.GetAsync($"sync?token={token}", Gone)).Problem);
        await user.CreateTaskAsync("c");
        Assert.Equal("sync-token-expired", (await user.GetAsync($"sync?token={token}", Gone)).Problem);
        await user.CreateTaskAsync("d");
        Assert.Equal("sync-token-expired", (await user.GetAsync($"sync?token={token}", Gone)).Problem);

        var client = new SyncClient(user);
        await client.SyncAsync();
        await client.AssertIsCurrentAsync();
    }

    [Fact]
    public async Task A_restored_task_comes_back_with_its_state_and_a_deleted_one_has_none()
    {
        var user = await _api.CreateUserAsync();
        var client = new SyncClient(user);
        await client.SyncAsync();
        var task = (string)(await user.CreateTaskAsync("a"))["id"]!;
        await user.DeleteAsync($"tasks/{task}");
        await client.SyncAsync();

        Assert.Equal(["created", "deleted"], client.Changes.Select(c => (string)c["operation"]!));
        Assert.All(client.Changes, c => Assert.Null(c["task"]));
        Assert.Empty(client.State);
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(await _api.GetDatabaseAsync());
        await connection.OpenAsync(Cancel);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(Cancel);
    }
}
