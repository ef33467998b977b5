using System.Net;
using System.Net.Sockets;

namespace TaskAspire.Tests.Dispatcher;

/// <summary>Answers on the bare connection, to break the protocol as a web server would not.</summary>
internal sealed class RawReceiver : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

    private RawReceiver(Func<NetworkStream, Task> answer)
    {
        _listener.Start();
        _ = AcceptAsync(answer);
    }

    public string Url => $"http://{_listener.LocalEndpoint}/hook";

    /// <summary>Calls <paramref name="answer"/> on each connection once a request has come in.</summary>
    public static RawReceiver Start(Func<NetworkStream, Task> answer) => new(answer);

    public void Dispose() => _listener.Dispose();

    private async Task AcceptAsync(Func<NetworkStream, Task> answer)
    {
        try
        {
            while (true)
            {
                using var client = await _listener.AcceptTcpClientAsync();
                await using var stream = client.GetStream();
                // To the end of the JSON: closing with bytes unread would reset the connection, which is another failure.
                var last = new byte[1];
                do
                {
                    await stream.ReadExactlyAsync(last);
                }
                while (last[0] != '}');
                await answer(stream);
            }
        }
        catch (Exception ended) when (ended is SocketException or ObjectDisposedException or IOException)
        {
            // The test is over, or the dispatcher hung up.
        }
    }
}
