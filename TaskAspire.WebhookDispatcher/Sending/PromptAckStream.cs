using System.Net.Sockets;

namespace TaskAspire.WebhookDispatcher.Sending;

/// <summary>
/// A connection that acknowledges at once the first part of an answer that comes in parts (Linux: TCP_QUICKACK). Many small web servers write the
/// head and the body separately and leave Nagle's algorithm on: the body then waits until the head is acknowledged, which Linux puts off by
/// 40 ms. With eight requests open to an endpoint that is the difference between 180 deliveries per second and thousands.
/// </summary>
internal sealed class PromptAckStream(Socket socket) : NetworkStream(socket, ownsSocket: true)
{
    // linux/tcp.h
    private const int IpProtoTcp = 6;
    private const int TcpQuickAck = 12;
    private static readonly byte[] On = BitConverter.GetBytes(1);

    private volatile bool _isAnswering;

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        _isAnswering = false;
        return base.WriteAsync(buffer, cancellationToken);
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        // An answer that is read whole needs no acknowledgement of its own: the next request carries it. An empty read only waits for one to begin.
        if (_isAnswering)
        {
            AcknowledgeAtOnce();
        }

        _isAnswering |= !buffer.IsEmpty;
        return base.ReadAsync(buffer, cancellationToken);
    }

    private void AcknowledgeAtOnce()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        try
        {
            Socket.SetRawSocketOption(IpProtoTcp, TcpQuickAck, On);
        }
        catch (Exception failure) when (failure is SocketException or ObjectDisposedException)
        {
            // The connection is gone, which the read or write itself will say better.
        }
    }
}
