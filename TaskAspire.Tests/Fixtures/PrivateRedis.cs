using TaskAspire.Standalone.Backing.Redis;
using TaskAspire.Standalone.Processes;

namespace TaskAspire.Tests.Fixtures;

/// <summary>A Redis-compatible server of one test's own. Its port stays the same when it is stopped and started; its data is lost.</summary>
public sealed class PrivateRedis : IAsyncDisposable
{
    private readonly RedisServer _server;

    internal PrivateRedis(RedisServer server) => _server = server;

    /// <summary>In StackExchange.Redis's form.</summary>
    public string ConnectionString => _server.ConnectionString;

    /// <summary>Ends it in order. It stays down until it is started again.</summary>
    public Task StopAsync() => _server.StopAsync();

    public Task StartAsync(CancellationToken cancellationToken) => _server.StartAsync(cancellationToken);

    /// <summary>Kills it (SIGKILL). It comes back by itself after half a second.</summary>
    public void Crash() => _server.Crash();

    /// <summary>Stops it from answering without ending it: commands hang. Linux and macOS.</summary>
    public void Freeze() => UnixCalls.Signal(_server.ProcessId!.Value, UnixSignal.Stop);

    /// <summary>Ends <see cref="Freeze"/>.</summary>
    public void Thaw() => UnixCalls.Signal(_server.ProcessId!.Value, UnixSignal.Continue);

    public ValueTask DisposeAsync() => _server.DisposeAsync();
}
