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
}
