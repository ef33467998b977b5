using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using TaskAspire.ApiService.Changes;
using TaskAspire.Tests.Api;
using TaskAspire.Tests.Fixtures;
using static System.Net.HttpStatusCode;

namespace TaskAspire.Tests.Sync;

public sealed class ChangeCleanupTests(BackingServices services)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_client_that_comes_back_after_more_than_is_kept_is_told_to_start_over()
    {
        var connection = await services.CreateTaskDatabaseAsync(Cancel);
        await using var redis = await services.RentRedisAsync(Cancel);
        await using var host = new ApiHost(connection, redis.ConnectionString, settings: new Dictionary<string, string?> { ["Changes:Retention"] = "30.00:00:00" });
        var user = await host.CreateUserAsync(Cancel);
        var untouched = await host.CreateUserAsync(Cancel);
        await untouched.CreateTaskAsync("new");
        var id = (string)(await user.GetAsync("auth/me")).Json["id"]!;
        var away = new SyncClient(user);
        await away.SyncAsync();
        await InsertAsync(connection, id, count: 2500, days: 31);
        var atTheEdge = new SyncClient(user);
        await atTheEdge.SyncAsync();
        await InsertAsync(connection, id, count: 1, days: 29);
        // Committed after a newer one: what is kept has no hole.
        await InsertAsync(connection, id, count: 1, days: 40);

        var cleanup = host.Services.GetServices<IHostedService>().OfType<ChangeCleanup>().Single();
        var removed = await Task.WhenAll(cleanup.RemoveExpiredAsync(Cancel), cleanup.RemoveExpiredAsync(Cancel));

        Assert.Equal(2500, removed.Sum());
        Assert.Equal(0, await cleanup.RemoveExpiredAsync(Cancel));
        Assert.Equal("sync-token-expired", (await user.GetAsync($"sync?token={away.Token}", Gone)).Problem);
        Assert.Equal("sync-token-expired", (await user.GetAsync("events?lastEventId=2499", Gone)).Problem);
        await atTheEdge.SyncAsync();
        Assert.Equal([2501, 2502], atTheEdge.Sequences);
        using var events = await EventSource.OpenAsync(user, "2500");
        Assert.Equal("2501", (await events.ReadAsync()).Id);
        await user.CreateTaskAsync("goes on");
        await atTheEdge.SyncAsync();
        Assert.Equal(2503, atTheEdge.Sequences.Last());
    }

    private static async Task InsertAsync(string database, string userId, int count, int days)
    {
        await using var connection = new NpgsqlConnection(database);
        await connection.OpenAsync(Cancel);
        await using var command = new NpgsqlCommand(
            "INSERT INTO changes (user_id, entity, entity_id, operation, occurred_at) SELECT $1, 'task', gen_random_uuid(), 'purged', now() - make_interval(days => $2) FROM generate_series(1, $3)",
            connection);
        command.Parameters.AddWithValue(Guid.Parse(userId));
        command.Parameters.AddWithValue(days);
        command.Parameters.AddWithValue(count);
        await command.ExecuteNonQueryAsync(Cancel);
    }
}
