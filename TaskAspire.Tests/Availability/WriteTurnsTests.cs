using System.Diagnostics;
using System.Text.Json.Nodes;
using Npgsql;
using TaskAspire.Tests.Api;
using TaskAspire.Tests.Fixtures;

namespace TaskAspire.Tests.Availability;

public sealed class WriteTurnsTests(BackingServices services)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Writes_of_one_user_that_wait_for_each_other_hold_up_nobody_else_and_all_succeed()
    {
        var database = await services.CreateTaskDatabaseAsync(Cancel);
        await using var redis = await services.RentRedisAsync(Cancel);
        // A pool that such a crowd would exhaust at once, and that lets nobody wait for longer than a second.
        var pool = new NpgsqlConnectionStringBuilder(database) { MaxPoolSize = 12, Timeout = 1 };
        await using var host = new ApiHost(pool.ConnectionString, redis.ConnectionString);
        var user = await host.CreateUserAsync(Cancel);
        var other = await host.CreateUserAsync(Cancel);
        var parent = (string)(await user.CreateTaskAsync("parent"))["id"]!;
        await using var lockHolder = new NpgsqlConnection(database);
        await lockHolder.OpenAsync(Cancel);
        await using (var take = new NpgsqlCommand("SELECT pg_advisory_lock(hashtextextended('task tree of ' || user_id, 0)) FROM tasks", lockHolder))
        {
            await take.ExecuteNonQueryAsync(Cancel);
        }

        var crowd = Enumerable.Range(0, 60).Select(i => user.PostAsync("tasks", new JsonObject { ["title"] = $"{i}", ["parentId"] = parent })).ToList();
        var clock = Stopwatch.StartNew();
        // Longer than the pool lets anybody wait.
        while (clock.Elapsed < TimeSpan.FromSeconds(1.5))
        {
            await other.GetAsync("tasks");
            await other.CreateTaskAsync("of somebody else");
        }

        Assert.DoesNotContain(crowd, write => write.IsCompleted);
        await lockHolder.CloseAsync();
        await Task.WhenAll(crowd);
        Assert.Equal(60, (int?)(await user.GetAsync($"tasks?parentId={parent}")).Json["total"]);
    }
}
