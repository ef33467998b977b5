using System.Threading.Channels;

namespace TaskAspire.Tests.Fixtures;

/// <summary>A Redis database that nobody else uses until this is disposed of.</summary>
public sealed class RedisLease : IAsyncDisposable
{
    private readonly ChannelWriter<int> _free;
    private int _returned;

    internal RedisLease(string connectionString, int database, ChannelWriter<int> free)
    {
        ConnectionString = connectionString;
        Database = database;
        _free = free;
    }

    /// <summary>With <c>defaultDatabase</c> set, in StackExchange.Redis's form.</summary>
    public string ConnectionString { get; }

    public int Database { get; }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _returned, 1) == 0)
        {
            await _free.WriteAsync(Database);
        }
    }
}
