using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace TaskAspire.Tests.Fixtures;

/// <summary>
/// A network between two that speak TCP. It can be cut: open connections are reset in the middle, new ones as soon as they are made.
/// And it can fall silent: all connections stay, and nothing arrives.
/// </summary>
internal sealed class SeverableProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly IPEndPoint _target;
    private readonly ConcurrentDictionary<Socket, byte> _open = new();
    private readonly Task _accepting;
    private volatile bool _cut;
    private volatile TaskCompletionSource? _silence;

    private SeverableProxy(IPEndPoint target)
    {
        _target = target;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public string Url => $"http://{_listener.LocalEndpoint}";

    public static SeverableProxy To(Uri target) => new(new IPEndPoint(IPAddress.Parse(target.Host), target.Port));

    /// <summary>The network between somebody and a database on this machine, with the connection string that leads through it.</summary>
    public static SeverableProxy ToDatabase(string connectionString, out string through)
    {
        var database = new NpgsqlConnectionStringBuilder(connectionString);
        var proxy = new SeverableProxy(new IPEndPoint(IPAddress.Loopback, database.Port));
        (database.Host, database.Port) = (IPAddress.Loopback.ToString(), proxy.Port);
        through = database.ConnectionString;
        return proxy;
    }

    public void Cut()
    {
        _cut = true;
        foreach (var socket in _open.Keys)
        {
            Reset(socket);
        }
    }

    public void Silence() => _silence = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends <see cref="Cut"/> and <see cref="Silence"/>; what was on its way in the silence arrives.</summary>
    public void Mend()
    {
        _cut = false;
        _silence?.SetResult();
        _silence = null;
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        Mend();
        Cut();
        await _accepting;
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _ = JoinAsync(await _listener.AcceptSocketAsync());
            }
        }
        catch (Exception ended) when (ended is SocketException or ObjectDisposedException)
        {
            // Disposed of.
        }
    }

    private async Task JoinAsync(Socket near)
    {
        using var far = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        near.NoDelay = true;
        _open[near] = _open[far] = 0;
        try
        {
            if (_cut)
            {
                Reset(near);
                return;
            }

            await far.ConnectAsync(_target);
            await Task.WhenAny(PumpAsync(near, far), PumpAsync(far, near));
        }
        catch (Exception lost) when (lost is SocketException or ObjectDisposedException)
        {
            // Cut while it was made.
        }
        finally
        {
            _open.TryRemove(near, out _);
            _open.TryRemove(far, out _);
            near.Dispose();
        }
    }

    private async Task PumpAsync(Socket from, Socket to)
    {
        var buffer = new byte[16 * 1024];
        try
        {
            while (await from.ReceiveAsync(buffer) is var length and > 0)
            {
                await (_silence?.Task ?? Task.CompletedTask);
                for (var sent = 0; sent < length;)
                {
                    sent += await to.SendAsync(buffer.AsMemory(sent, length - sent));
                }
            }
        }
        catch (Exception lost) when (lost is SocketException or ObjectDisposedException)
        {
            // Either end is gone, and the other is closed with it.
        }
    }

    private static void Reset(Socket socket)
    {
        try
        {
            socket.LingerState = new LingerOption(enable: true, seconds: 0);
        }
        catch (Exception gone) when (gone is SocketException or ObjectDisposedException)
        {
            // It is closed already.
        }

        socket.Dispose();
    }
}
