using System.Net;
using System.Net.Sockets;

namespace TaskAspire.Bench.Yardstick.Scale;

/// <summary>Gives each connection to the next of the services, and looks at nothing that passes.</summary>
internal sealed class TcpProxy : IAsyncDisposable
{
    private const int BufferSize = 64 * 1024;

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly IPEndPoint[] _services;
    private readonly Task _accepting;

    public TcpProxy(IEnumerable<string> urls)
    {
        _services = [.. urls.Select(url => new Uri(url)).Select(url => new IPEndPoint(IPAddress.Parse(url.Host), url.Port))];
        _listener.Start();
        _accepting = AcceptAsync(_stopping.Token);
    }

    public string Url => $"http://{_listener.LocalEndpoint}";

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Stop();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _listener.Dispose();
        _stopping.Dispose();
    }

    private async Task AcceptAsync(CancellationToken cancellationToken)
    {
        for (var number = 0; ; number++)
        {
            var client = await _listener.AcceptSocketAsync(cancellationToken);
            _ = PassAsync(client, _services[number % _services.Length], cancellationToken);
        }
    }

    private static async Task PassAsync(Socket client, IPEndPoint address, CancellationToken cancellationToken)
    {
        using var service = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        using (client)
        {
            client.NoDelay = true;
            try
            {
                await service.ConnectAsync(address, cancellationToken);
                await Task.WhenAny(CopyAsync(client, service, cancellationToken), CopyAsync(service, client, cancellationToken));
            }
            catch (Exception exception) when (exception is SocketException or OperationCanceledException)
            {
                // One of the two hung up; the other learns it by this end of the connection.
            }
        }
    }

    private static async Task CopyAsync(Socket from, Socket to, CancellationToken cancellationToken)
    {
        var buffer = new byte[BufferSize];
        int read;
        while ((read = await from.ReceiveAsync(buffer, cancellationToken)) > 0)
        {
            await to.SendAsync(buffer.AsMemory(0, read), cancellationToken);
        }
    }
}
