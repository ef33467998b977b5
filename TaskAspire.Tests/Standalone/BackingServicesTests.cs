using Npgsql;
using StackExchange.Redis;
using TaskAspire.Tests.Fixtures;

namespace TaskAspire.Tests.Standalone;

public class BackingServicesTests(BackingServices backing)
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_database_is_empty_and_of_ones_own()
    {
        var first = await backing.CreateDatabaseAsync(Cancelled);
        var second = await backing.CreateDatabaseAsync(Cancelled);

        await ExecuteAsync(first, "CREATE TABLE notes (id int)");

        Assert.Equal(0L, await ExecuteAsync(second, "SELECT count(*) FROM pg_tables WHERE tablename = 'notes'"));
    }

    [Fact]
    public async Task A_template_is_built_once_and_copied()
    {
        var builds = 0;
        var databases = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => backing.CreateDatabaseAsync("counted", BuildAsync, Cancelled)));

        Assert.Equal(1, builds);
        Assert.Equal(4, databases.Distinct().Count());
        Assert.Equal(7, await ExecuteAsync(databases[3], "SELECT value FROM seed"));

        async Task BuildAsync(string connectionString, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref builds);
            await ExecuteAsync(connectionString, "CREATE TABLE seed (value int); INSERT INTO seed VALUES (7)");
        }
    }

    [Fact]
    public async Task A_Redis_database_is_empty_and_of_ones_own()
    {
        await using var first = await backing.RentRedisAsync(Cancelled);
        await using var second = await backing.RentRedisAsync(Cancelled);
        await using var one = await ConnectionMultiplexer.ConnectAsync(first.ConnectionString);
        await using var other = await ConnectionMultiplexer.ConnectAsync(second.ConnectionString);

        await one.GetDatabase().StringSetAsync("key", "value");

        Assert.NotEqual(first.Database, second.Database);
        Assert.False(await other.GetDatabase().KeyExistsAsync("key"));
        Assert.Equal(3, (int)await other.GetDatabase().ScriptEvaluateAsync("return redis.call('INCRBY', KEYS[1], ARGV[1])", ["key"], [3]));
    }

    [Fact]
    public async Task A_private_PostgreSQL_keeps_its_data_over_a_stop_and_a_crash()
    {
        await using var postgres = await backing.StartPrivatePostgresAsync(Cancelled);
        var connectionString = postgres.ConnectionString() + ";Pooling=false;Timeout=2";
        await ExecuteAsync(connectionString, "CREATE TABLE kept (id int)");

        await postgres.StopAsync();
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => ExecuteAsync(connectionString, "SELECT 1"));
        await postgres.StartAsync(Cancelled);
        Assert.Equal(0L, await ExecuteAsync(connectionString, "SELECT count(*) FROM kept"));

        postgres.Crash();
        await Eventually.TrueAsync(() => AnswersAsync(connectionString), Cancelled);
        Assert.Equal(0L, await ExecuteAsync(connectionString, "SELECT count(*) FROM kept"));
    }

    [Fact]
    public async Task A_private_Redis_can_be_stopped_and_started_on_its_port()
    {
        await using var redis = await backing.StartPrivateRedisAsync(Cancelled);
        await using var connection = await ConnectionMultiplexer.ConnectAsync(redis.ConnectionString + ",abortConnect=false,connectTimeout=500");

        await redis.StopAsync();
        await Assert.ThrowsAnyAsync<Exception>(() => connection.GetDatabase().PingAsync());
        await redis.StartAsync(Cancelled);

        await using var again = await ConnectionMultiplexer.ConnectAsync(redis.ConnectionString);
        Assert.True(again.IsConnected);
    }

    private static async Task<bool> AnswersAsync(string connectionString)
    {
        try
        {
            await ExecuteAsync(connectionString, "SELECT 1");
            return true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }

    private static async Task<object?> ExecuteAsync(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync(Cancelled);
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(Cancelled);
    }
}
