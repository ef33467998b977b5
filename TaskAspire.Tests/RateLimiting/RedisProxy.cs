using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.DependencyInjection;
using StackExchange.Redis;
using TaskAspire.Tests.Fixtures;

namespace TaskAspire.Tests.RateLimiting;

/// <summary>A cable to Redis that can be cut, clogged and mended.</summary>
internal sealed class RedisProxy : IAsyncDisposable
{
    private readonly EndPoint _target;
    private readonly int _port;
    private readonly List<Socket> _sockets = [];
    private readonly Lock _lock = new();
    private TaskCompletionSource _flowing = new();
    private Socket _listener;

    internal RedisProxy(string redis)
    {
        var options = ConfigurationOptions.Parse(redis);
        _target = options.EndPoints[0];
        _flowing.SetResult();
        _listener = Listen(0);
        _port = ((IPEndPoint)_listener.LocalEndPoint!).Port;
        options.EndPoints.Clear();
        options.EndPoints.Add(IPAddress.Loopback, _port);
        options.AbortOnConnectFail = false;
        options.ReconnectRetryPolicy = new LinearRetry(100);
        ConnectionString = options.ToString(includePassword: true);
    }

    internal string ConnectionString { get; }

    /// <summary>Ends all connections and lets none in.</summary>
    internal void Cut()
    {
        lock (_lock)
        {
            _listener.Dispose();
            _sockets.ForEach(s => s.Dispose());
            _sockets.Clear();
        }
    }

    internal void Restore()
    {
        lock (_lock)
        {
            _listener = Listen(_port);
        }
    }

    /// <summary>Keeps connections, but lets nothing through: what a stopped process looks like.</summary>
    internal void Clog() => _flowing = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    internal void Unclog() => _flowing.TrySetResult();

    internal static Task WhenLostAsync<T>(WebApplicationFactory<T> api)
        where T : class => WhenLostAsync(api.Services.GetRequiredService<IConnectionMultiplexer>());

    internal static Task WhenRestoredAsync<T>(WebApplicationFactory<T> api)
        where T : class => WhenRestoredAsync(api.Services.GetRequiredService<IConnectionMultiplexer>());

    internal static Task WhenLostAsync(IConnectionMultiplexer redis) => Eventually.TrueAsync(() => !redis.IsConnected, TestContext.Current.CancellationToken);

    internal static Task WhenRestoredAsync(IConnectionMultiplexer redis) => Eventually.TrueAsync(() => redis.IsConnected, TestContext.Current.CancellationToken);

    public ValueTask DisposeAsync()
    {
        Cut();
        Unclog();
        return ValueTask.CompletedTask;
    }

    private Socket Listen(int port)
    {
        var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, port));
        listener.Listen();
        _ = AcceptAsync(listener);
        return listener;
    }

    private async Task AcceptAsync(Socket listener)
    {
        try
        {
            while (true)
            {
                var client = await listener.AcceptAsync();
                var server = new Socket(SocketType.Stream, ProtocolType.Tcp);
                await server.ConnectAsync(_target);
                lock (_lock)
                {
                    _sockets.AddRange([client, server]);
                }

                _ = PumpAsync(client, server);
                _ = PumpAsync(server, client);
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // Cut.
        }
    }

    private async Task PumpAsync(Socket from, Socket to)
    {
        try
        {
            var buffer = new byte[64 * 1024];
            int read;
            while ((read = await from.ReceiveAsync(buffer)) > 0)
            {
                await _flowing.Task;
                await to.SendAsync(buffer.AsMemory(0, read));
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // Cut.
        }
        finally
        {
            from.Dispose();
            to.Dispose();
        }
    }
}
