using Npgsql;
using TaskAspire.Tests.Api;
using TaskAspire.Tests.Fixtures;

namespace TaskAspire.Tests.Availability;

public sealed class DatabaseGateTests(BackingServices services)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>What ended the connection (a restart, an administrator, a proxy's limit) may be long past when the next request comes.</summary>
    [Fact]
    public async Task A_connection_that_ended_while_nobody_asked_does_not_refuse_the_next_request()
    {
        var connectionString = await services.CreateTaskDatabaseAsync(Cancel);
        await using var database = NpgsqlDataSource.Create(connectionString);
        await using var redis = await services.RentRedisAsync(Cancel);
        await using var api = new ApiHost(connectionString, redis.ConnectionString);
        var user = await api.CreateUserAsync(Cancel);
        const string Unpooled = "FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE '%-unpooled'";
        await using var ending = database.CreateCommand($"SELECT count(*) FILTER (WHERE pg_terminate_backend(pid, 5000)) {Unpooled}");
        Assert.InRange((long)(await ending.ExecuteScalarAsync(Cancel))!, 1, 10);

        // A request that takes long enough for the server to be asked meanwhile.
        await using var holder = await database.OpenConnectionAsync(Cancel);
        await using var transaction = await holder.BeginTransactionAsync(Cancel);
        await using var locking = new NpgsqlCommand("LOCK TABLE categories", holder, transaction);
        await locking.ExecuteNonQueryAsync(Cancel);
        var answer = user.GetAsync("categories");
        await using var asked = database.CreateCommand($"SELECT count(*) {Unpooled} AND query = 'SELECT 1'");
        await Eventually.TrueAsync(async () => (long)(await asked.ExecuteScalarAsync(Cancel))! > 0, Cancel);
        await transaction.RollbackAsync(Cancel);

        await answer;
    }
}
