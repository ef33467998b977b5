using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace TaskAspire.Tests.Idempotency;

/// <summary>A cable to PostgreSQL that can be cut in the worst moment: when a commit has been done and its answer is on the way.</summary>
internal sealed class PostgresProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly EndPoint _target;
    private int _commitsToLose;

    public PostgresProxy(string database)
    {
        var connection = new NpgsqlConnectionStringBuilder(database);
        _target = new IPEndPoint(IPAddress.Loopback, connection.Port);
        _listener.Start();
        connection.Host = IPAddress.Loopback.ToString();
        connection.Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        ConnectionString = connection.ConnectionString;
        _ = AcceptAsync();
    }

    public string ConnectionString { get; }

    public int CommitsLost { get; private set; }

    public void LoseCommits(int count) => _commitsToLose = count;

    public ValueTask DisposeAsync()
    {
        _listener.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _ = PumpAsync(await _listener.AcceptSocketAsync());
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // Disposed.
        }
    }

    private async Task PumpAsync(Socket client)
    {
        using var server = new Socket(SocketType.Stream, ProtocolType.Tcp);
        using (client)
        {
            try
            {
                await server.ConnectAsync(_target);
                var commit = new CommitWatch();
                await Task.WhenAny(CopyAsync(client, server, data => Watch(data, commit)), CopyAsync(server, client, _ => !commit.Sent));
            }
            catch (SocketException)
            {
                // The other side is gone, and so is this one.
            }
        }
    }

    private bool Watch(ReadOnlySpan<byte> data, CommitWatch commit)
    {
        if (data.IndexOf("COMMIT"u8) >= 0 && Interlocked.Decrement(ref _commitsToLose) >= 0)
        {
            CommitsLost++;
            commit.Sent = true;
        }

        return true;
    }

    private static async Task CopyAsync(Socket from, Socket to, Func<ReadOnlySpan<byte>, bool> pass)
    {
        var buffer = new byte[64 * 1024];
        int read;
        while ((read = await from.ReceiveAsync(buffer)) > 0 && pass(buffer.AsSpan(0, read)))
        {
            await to.SendAsync(buffer.AsMemory(0, read));
        }
    }

    private sealed class CommitWatch
    {
        public volatile bool Sent;
    }
}
