using System.Net;

namespace TaskAspire.WebhookDispatcher.Sending;

/// <summary>The body of a delivery, which knows whether it went out.</summary>
/// <param name="payload">Byte for byte what is sent.</param>
internal sealed class DeliveryContent(byte[] payload) : ByteArrayContent(payload)
{
    /// <summary>Whether there was a connection to send the request on. The client asks for the body when it has written the headers.</summary>
    public bool IsSent { get; private set; }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        IsSent = true;
        return base.SerializeToStreamAsync(stream, context, cancellationToken);
    }
}
