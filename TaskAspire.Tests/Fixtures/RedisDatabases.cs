using System.Globalization;
using System.Threading.Channels;
using StackExchange.Redis;

namespace TaskAspire.Tests.Fixtures;

/// <summary>The numbered databases of a Redis server, lent to one test at a time.</summary>
internal sealed class RedisDatabases : IAsyncDisposable
{
    private readonly Channel<int> _free = Channel.CreateUnbounded<int>();
    private readonly ConfigurationOptions _configuration;
    private readonly ConnectionMultiplexer _connection;

    private RedisDatabases(ConfigurationOptions configuration, ConnectionMultiplexer connection, int count)
    {
        _configuration = configuration;
        _connection = connection;
        // 0 is left alone: on a server that was given to us it is the one that others use.
        for (var database = 1; database < count; database++)
        {
            _free.Writer.TryWrite(database);
        }
    }

    public static async Task<RedisDatabases> ConnectAsync(ConfigurationOptions configuration, CancellationToken cancellationToken)
    {
        var own = configuration.Clone();
        own.AllowAdmin = true;
        var connection = await ConnectionMultiplexer.ConnectAsync(own).WaitAsync(cancellationToken);
        var databases = (await connection.GetServers()[0].ConfigGetAsync("databases").WaitAsync(cancellationToken)).FirstOrDefault().Value;
        return new RedisDatabases(configuration, connection, databases is null ? 16 : int.Parse(databases, CultureInfo.InvariantCulture));
    }

    public async Task<RedisLease> RentAsync(CancellationToken cancellationToken)
    {
        var database = await _free.Reader.ReadAsync(cancellationToken);
        await Eventually.TrueAsync(() => TryFlushAsync(database, cancellationToken), cancellationToken);
        var configuration = _configuration.Clone();
        configuration.DefaultDatabase = database;
        return new RedisLease(configuration.ToString(includePassword: true), database, _free.Writer);
    }

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    /// <summary>False when the connection was given up meanwhile, as after the machine stood still for a while: the client cancels what was under way, and connects again.</summary>
    private async Task<bool> TryFlushAsync(int database, CancellationToken cancellationToken)
    {
        try
        {
            await _connection.GetServers()[0].FlushDatabaseAsync(database).WaitAsync(cancellationToken);
            return true;
        }
        catch (Exception failure) when (failure is RedisConnectionException or RedisTimeoutException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }
}
