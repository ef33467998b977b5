using Npgsql;
using TaskAspire.Tests.Dispatcher;
using TaskAspire.Tests.Fixtures;

namespace TaskAspire.Tests.Operations;

public sealed class MigratorTests(BackingServices backing)
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Migrators_that_start_at_once_migrate_once()
    {
        var connectionString = await backing.CreateDatabaseAsync(Cancel);
        var migrators = Enumerable.Range(0, 4).Select(_ => DispatcherDatabase.Of(connectionString)).ToList();
        try
        {
            await Task.WhenAll(migrators.Select(migrator => migrator.MigrateAsync(Cancel)));
            await migrators[0].MigrateAsync(Cancel);
            Assert.Equal(0, await migrators[0].ScalarAsync<long>("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"));
        }
        finally
        {
            foreach (var migrator in migrators)
            {
                await migrator.DisposeAsync();
            }
        }
    }

    [Fact]
    public async Task What_a_silent_session_has_locked_is_not_locked_for_good()
    {
        await using var database = DispatcherDatabase.Of(await backing.CreateDatabaseAsync(Cancel));
        await database.MigrateAsync(Cancel);
        Assert.Equal("30s", await LimitOfNewSessionsAsync(database));

        // A backup has the schema alone.
        await database.ExecuteAsync("DO $$ BEGIN EXECUTE format('ALTER DATABASE %I RESET ALL', current_database()); END $$");
        await database.MigrateAsync(Cancel);
        Assert.Equal("30s", await LimitOfNewSessionsAsync(database));
    }

    [Theory]
    [InlineData("5min")]
    [InlineData("0")]
    public async Task A_limit_that_somebody_set_stays(string limit)
    {
        await using var database = DispatcherDatabase.Of(await backing.CreateDatabaseAsync(Cancel));
        await database.ExecuteAsync($"DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET idle_in_transaction_session_timeout = %L', current_database(), '{limit}'); END $$");
        await database.MigrateAsync(Cancel);
        Assert.Equal(limit, await LimitOfNewSessionsAsync(database));
    }

    [Fact]
    public async Task Who_does_not_own_the_database_migrates_all_the_same()
    {
        var connectionString = await backing.CreateDatabaseAsync(Cancel);
        await using var owner = DispatcherDatabase.Of(connectionString);
        var role = $"guest_{Guid.NewGuid():N}";
        await owner.ExecuteAsync($"CREATE EXTENSION pg_trgm; CREATE EXTENSION btree_gin; CREATE ROLE {role} LOGIN PASSWORD 'guest'; GRANT CREATE, USAGE ON SCHEMA public TO {role}");
        var guests = new NpgsqlConnectionStringBuilder(connectionString) { Username = role, Password = "guest" }.ConnectionString;
        await using (var guest = DispatcherDatabase.Of(guests))
        {
            await guest.MigrateAsync(Cancel);
            await guest.MigrateAsync(Cancel);
        }

        Assert.Equal("0", await LimitOfNewSessionsAsync(owner));
        await owner.ExecuteAsync($"DROP OWNED BY {role}; DROP ROLE {role}");
    }

    private static async Task<string> LimitOfNewSessionsAsync(DispatcherDatabase database)
    {
        await using var session = new NpgsqlConnection(database.ConnectionString + ";Pooling=false");
        await session.OpenAsync(Cancel);
        await using var command = new NpgsqlCommand("SELECT current_setting('idle_in_transaction_session_timeout')", session);
        return (string)(await command.ExecuteScalarAsync(Cancel))!;
    }
}
