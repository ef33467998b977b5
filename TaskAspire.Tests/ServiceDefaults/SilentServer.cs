using System.Net;
using System.Net.Sockets;

namespace TaskAspire.Tests.ServiceDefaults;

/// <summary>Takes connections and never answers: a dependency that hangs.</summary>
internal sealed class SilentServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

    public SilentServer()
    {
        // The kernel completes the connections in the backlog; nobody reads them.
        _listener.Start(backlog: 50);
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
    }

    public int Port { get; }

    /// <summary>A port on which nothing listens.</summary>
    public static int ClosedPort()
    {
        using var server = new SilentServer();
        return server.Port;
    }

    public void Dispose() => _listener.Dispose();
}
