using System.Net;
using System.Net.Sockets;
using System.Text;
using Npgsql;

namespace TaskAspire.Tests.Fixtures;

/// <summary>A cable to PostgreSQL that can be cut at the worst moment: when a statement has been done and its answer is on the way.</summary>
internal sealed class PostgresProxy : IAsyncDisposable
{
    /// <summary>A commit as it is sent. By the word alone, BEGIN … READ COMMITTED would be one, too.</summary>
    public const string Commit = "COMMIT\0";

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly EndPoint _target;
    private byte[] _statement = [];
    private int _answersToPass;
    private int _answersToLose;
    private Func<Task>? _meanwhile;

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

    public int AnswersLost { get; private set; }

    /// <summary>Cuts the connection instead of passing on the answer to the next statements that have a text in them.</summary>
    /// <param name="statement">The text; empty for any statement.</param>
    /// <param name="count">How many.</param>
    /// <param name="after">How many to let pass before.</param>
    public void LoseAnswersTo(string statement, int count, int after = 0) => (_statement, _answersToPass, _answersToLose) = (Encoding.UTF8.GetBytes(statement), after, count);

    /// <summary>
    /// Cuts the connection to the server instead of passing on the next statement that has a text in it, so that its transaction is rolled back. The client finds out when what is
    /// done meanwhile is done.
    /// </summary>
    public void LoseStatement(string statement, Func<Task> meanwhile) => (_statement, _meanwhile) = (Encoding.UTF8.GetBytes(statement), meanwhile);

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
                var watch = new StatementWatch();
                await Task.WhenAny(CopyAsync(client, server, data => Watch(data, watch)), CopyAsync(server, client, _ => !watch.IsSent));
                if (watch.Meanwhile is { } meanwhile)
                {
                    server.Dispose();
                    await meanwhile();
                }
            }
            catch (SocketException)
            {
                // The other side is gone, and so is this one.
            }
        }
    }

    private bool Watch(ReadOnlySpan<byte> data, StatementWatch watch)
    {
        if (data.IndexOf(_statement) >= 0 && Interlocked.Exchange(ref _meanwhile, null) is { } meanwhile)
        {
            watch.Meanwhile = meanwhile;
            return false;
        }

        if (_answersToLose > 0 && data.IndexOf(_statement) >= 0 && Interlocked.Decrement(ref _answersToPass) < 0 && Interlocked.Decrement(ref _answersToLose) >= 0)
        {
            AnswersLost++;
            watch.IsSent = true;
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

    private sealed class StatementWatch
    {
        public volatile bool IsSent;

        public Func<Task>? Meanwhile { get; set; }
    }
}
