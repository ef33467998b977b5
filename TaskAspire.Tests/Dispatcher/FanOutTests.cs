using TaskAspire.Tests.Fixtures;

namespace TaskAspire.Tests.Dispatcher;

/// <summary>What an event costs that becomes deliveries.</summary>
public sealed class FanOutTests(BackingServices backing)
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Many_events_in_one_statement_look_at_the_deliveries_there_are_once_for_each_endpoint()
    {
        await using var database = await DispatcherDatabase.CreateAsync(backing, Cancel);
        var user = await database.AddUserAsync();
        await database.AddEndpointAsync(user, "http://127.0.0.1:1/a");
        await database.AddEndpointAsync(user, "http://127.0.0.1:1/b");
        await using var connection = await database.Sql.OpenConnectionAsync(Cancel);
        await using var transaction = await connection.BeginTransactionAsync(Cancel);

        // The first makes the plan, which the connection keeps: one for a single event.
        await AddAsync(1);
        var before = await ScansAsync();
        await AddAsync(300);
        Assert.InRange(await ScansAsync() - before, 1, 10);

        async Task AddAsync(int count)
        {
            await using var command = connection.CreateCommand();
            command.CommandText = """
                INSERT INTO webhook_events (id, user_id, type, payload, occurred_at)
                SELECT gen_random_uuid(), @user, 'task.created', '', now() FROM generate_series(1, @count)
                """;
            command.Parameters.AddWithValue("user", user);
            command.Parameters.AddWithValue("count", count);
            await command.ExecuteNonQueryAsync(Cancel);
        }

        async Task<long> ScansAsync()
        {
            await using var command = connection.CreateCommand();
            command.CommandText = "SELECT seq_scan + idx_scan FROM pg_stat_xact_user_tables WHERE relname = 'webhook_deliveries'";
            return (long)(await command.ExecuteScalarAsync(Cancel))!;
        }
    }
}
