using Microsoft.EntityFrameworkCore;
using Npgsql;
using TaskAspire.ApiService.Availability;
using TaskAspire.ServiceDefaults.Errors;
using TaskAspire.Tests.Fixtures;

namespace TaskAspire.Tests.Availability;

public sealed class ConnectionQueueTests(BackingServices services)
{
    /// <summary>Two of them are not for the queue.</summary>
    private const int PoolSize = 4;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_connection_comes_back_however_it_ends()
    {
        await using var database = await CreateAsync(TimeSpan.FromSeconds(30));

        await using (var context = database.Open())
        {
            await context.Database.OpenConnectionAsync(Cancel);
            Assert.Equal(1, database.Queue.Free);
            await context.Database.CloseConnectionAsync();
            Assert.Equal(2, database.Queue.Free);
            await context.Database.ExecuteSqlRawAsync("SELECT 1", Cancel);
            Assert.Equal(2, database.Queue.Free);
        }

        await using (var left = database.Open())
        {
            await left.Database.OpenConnectionAsync(Cancel);
        }

        Assert.Equal(2, database.Queue.Free);
        await using (var open = database.Open())
        {
            await open.Database.BeginTransactionAsync(Cancel);
        }

        Assert.Equal(2, database.Queue.Free);
        await using (var broken = database.Open())
        {
            await broken.Database.OpenConnectionAsync(Cancel);
            await Assert.ThrowsAnyAsync<NpgsqlException>(() => broken.Database.ExecuteSqlRawAsync("SELECT pg_terminate_backend(pg_backend_pid())", Cancel));
        }

        Assert.Equal(2, database.Queue.Free);
    }

    [Fact]
    public async Task One_that_cannot_be_made_takes_no_place()
    {
        await using var nowhere = new QueuedDatabase("Host=127.0.0.1;Port=1;Username=x;Password=x;Database=x", TimeSpan.FromSeconds(30));
        for (var i = 0; i < PoolSize; i++)
        {
            await using var context = nowhere.Open();
            await Assert.ThrowsAnyAsync<Exception>(() => context.Database.OpenConnectionAsync(Cancel));
        }

        Assert.Equal(2, nowhere.Queue.Free);
    }

    [Fact]
    public async Task Who_comes_when_all_are_in_use_gets_the_next_that_is_free()
    {
        await using var database = await CreateAsync(TimeSpan.FromSeconds(30));
        await using var first = database.Open();
        await using var second = database.Open();
        await using var third = database.Open();
        await first.Database.OpenConnectionAsync(Cancel);
        await second.Database.OpenConnectionAsync(Cancel);

        var waiting = third.Database.OpenConnectionAsync(Cancel);
        Assert.False(waiting.IsCompleted);
        await first.Database.CloseConnectionAsync();
        await waiting;

        Assert.Equal(0, database.Queue.Free);
    }

    [Fact]
    public async Task Nobody_waits_for_ever_nor_when_the_client_is_gone()
    {
        await using var database = await CreateAsync(TimeSpan.FromMilliseconds(50));
        await using var first = database.Open();
        await using var second = database.Open();
        await using var third = database.Open();
        await first.Database.OpenConnectionAsync(Cancel);
        await second.Database.OpenConnectionAsync(Cancel);

        await Assert.ThrowsAsync<DatabaseException>(() => third.Database.OpenConnectionAsync(Cancel));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => third.Database.OpenConnectionAsync(new CancellationToken(canceled: true)));

        await first.Database.CloseConnectionAsync();
        Assert.Equal(1, database.Queue.Free);
    }

    private async Task<QueuedDatabase> CreateAsync(TimeSpan patience) => new(await services.CreateDatabaseAsync(Cancel), patience);

    private sealed class QueuedDatabase : IAsyncDisposable
    {
        private readonly NpgsqlDataSource _source;

        public QueuedDatabase(string connectionString, TimeSpan patience)
        {
            _source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(connectionString) { MaxPoolSize = PoolSize }.ConnectionString);
            Queue = new ConnectionQueue(PoolSize, patience);
        }

        public ConnectionQueue Queue { get; }

        public DbContext Open() => new(new DbContextOptionsBuilder().UseNpgsql(_source).AddInterceptors(Queue).Options);

        public async ValueTask DisposeAsync()
        {
            Queue.Dispose();
            await _source.DisposeAsync();
        }
    }
}
