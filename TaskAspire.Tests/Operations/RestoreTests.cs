using System.Net;
using System.Text.Json.Nodes;
using Npgsql;
using TaskAspire.Tests.Api;
using TaskAspire.Tests.Dispatcher;
using TaskAspire.Tests.Fixtures;
using TaskAspire.Tests.Sync;

namespace TaskAspire.Tests.Operations;

/// <summary>What docs/operations.md says of a database that was restored from a backup: clients know what it does not.</summary>
public sealed class RestoreTests(BackingServices backing)
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    [Fact]
    public async Task After_a_restore_clients_are_told_to_start_over_keys_are_kept_as_they_were_and_webhooks_come_again()
    {
        var database = await backing.CreateTaskDatabaseAsync(Cancel);
        await using var receiver = await WebhookReceiver.StartAsync();
        ApiClient user;
        string first, tokenBefore;
        await using (var redis = await backing.RentRedisAsync(Cancel))
        await using (var api = new ApiHost(database, redis.ConnectionString))
        {
            user = await api.CreateUserAsync(Cancel);
            await user.PostAsync("webhooks", new JsonObject { ["url"] = receiver.Url(), ["events"] = new JsonArray("task.created") });
            first = await CreateAsync(user, "first");
            tokenBefore = await SyncAsync(user);
        }

        var restored = await BackUpAsync(database);
        string second, tokenAfter;
        await using (var redis = await backing.RentRedisAsync(Cancel))
        await using (var api = new ApiHost(database, redis.ConnectionString))
        {
            user = user.On(api);
            second = await CreateAsync(user, "second");
            tokenAfter = await SyncAsync(user);
            await using var dispatcher = await DispatcherHost.StartAsync(database);
            await Eventually.TrueAsync(() => receiver.Received.Count == 2, Cancel);
        }

        await using (var redis = await backing.RentRedisAsync(Cancel))
        await using (var api = new ApiHost(restored, redis.ConnectionString))
        {
            user = user.On(api);
            Assert.Equal([first], (await user.GetAsync("tasks")).Json["items"]!.AsArray().Select(task => (string)task!["id"]!));
            Assert.Empty((await user.GetAsync($"sync?token={tokenBefore}")).Json["changes"]!.AsArray());
            await user.GetAsync($"sync?token={tokenAfter}", HttpStatusCode.Gone);

            Assert.Equal(first, await CreateAsync(user, "first"));
            Assert.NotEqual(second, await CreateAsync(user, "second"));
            // Now there are as many changes as the token knows of, but others.
            await user.GetAsync($"sync?token={tokenAfter}", HttpStatusCode.Gone);

            var before = receiver.Received.Select(webhook => webhook.Id).ToList();
            await using var dispatcher = await DispatcherHost.StartAsync(restored);
            await Eventually.TrueAsync(() => receiver.Received.Count == 4, Cancel);
            var again = receiver.Received.Skip(2).Select(webhook => webhook.Id).ToList();
            Assert.Single(again, before.Contains);
        }
    }

    private static async Task<string> CreateAsync(ApiClient user, string title) => (string)(await user.SendAsync(
        HttpMethod.Post, "tasks", new JsonObject { ["title"] = title }, HttpStatusCode.Created, null, ("Idempotency-Key", title))).Json["id"]!;

    private static async Task<string> SyncAsync(ApiClient user)
    {
        var client = new SyncClient(user);
        await client.SyncAsync();
        return client.Token!;
    }

    /// <summary>A copy as of now, as pg_dump and pg_restore make one.</summary>
    private static async Task<string> BackUpAsync(string database)
    {
        var original = new NpgsqlConnectionStringBuilder(database);
        var copy = $"{original.Database}_restored";
        await using var server = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(database) { Database = "postgres", Pooling = false }.ConnectionString);
        await server.OpenAsync(Cancel);
        await using var command = new NpgsqlCommand($"CREATE DATABASE {copy} TEMPLATE {original.Database}", server);
        await command.ExecuteNonQueryAsync(Cancel);
        return new NpgsqlConnectionStringBuilder(database) { Database = copy }.ConnectionString;
    }
}
