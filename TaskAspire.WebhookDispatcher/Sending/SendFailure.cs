using System.Net.Sockets;
using System.Security.Authentication;
using TaskAspire.Data.Webhooks;
using TaskAspire.Data.Webhooks.Targets;

namespace TaskAspire.WebhookDispatcher.Sending;

/// <summary>Describes a failed request to the endpoint's owner: what failed, and nothing about the machine it failed on.</summary>
internal static class SendFailure
{
    private const string NoAddress = "The host name has no address.";
    private const string NoHandshake = "No secure connection: The handshake failed. The receiver must speak TLS 1.2 or later at this port.";
    private const string Lost = "The connection was lost before the answer was complete.";

    /// <summary>The class of the failure and its message.</summary>
    public static (string Error, string Message) Describe(Exception failure)
    {
        // What HttpClient says of where it failed tells a refused connection from one that broke later.
        var connecting = failure is HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError };
        for (var cause = failure; cause is not null; cause = cause.InnerException)
        {
            switch (cause)
            {
                case BlockedTargetException blocked:
                    return (AttemptErrors.BlockedTarget, $"The address {blocked.Message}.");
                case SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.NoData }:
                    return (AttemptErrors.Dns, NoAddress);
                case SocketException { SocketErrorCode: SocketError.TryAgain or SocketError.NoRecovery }:
                    return (AttemptErrors.Dns, "The host name could not be looked up: its name server did not answer.");
                case ReceiverCertificate.RefusedException certificate:
                    return (AttemptErrors.Tls, $"No secure connection: {certificate.Message}");
                // What else there is to know about it is of the library below, and differs from one to the next.
                case AuthenticationException { InnerException: not ReceiverCertificate.RefusedException }:
                    return (AttemptErrors.Tls, NoHandshake);
                case HttpProtocolException broken:
                    return (AttemptErrors.Reset, $"The receiver broke off (HTTP/2 error {broken.ErrorCode}).");
                case SocketException socket when connecting:
                    return (AttemptErrors.Connect, $"No connection: {Words(socket.SocketErrorCode)}.");
                case SocketException socket:
                    return (AttemptErrors.Reset, $"The connection was lost: {Words(socket.SocketErrorCode)}.");
            }
        }

        return RequestErrorOf(failure) switch
        {
            HttpRequestError.SecureConnectionError => (AttemptErrors.Tls, "No secure connection."),
            HttpRequestError.ConnectionError => (AttemptErrors.Connect, "No connection."),
            HttpRequestError.NameResolutionError => (AttemptErrors.Dns, NoAddress),
            HttpRequestError.ConfigurationLimitExceeded => (AttemptErrors.TooLarge, "The head of the answer is larger than 32 KiB."),
            HttpRequestError.ResponseEnded => (AttemptErrors.Reset, Lost),
            { } error => (AttemptErrors.Protocol, $"The answer is not valid HTTP: {error}."),
            null when failure is IOException => (AttemptErrors.Reset, Lost),
            null => (AttemptErrors.Protocol, "The request could not be made."),
        };
    }

    private static HttpRequestError? RequestErrorOf(Exception failure) => failure switch
    {
        HttpRequestException http => http.HttpRequestError,
        HttpIOException http => http.HttpRequestError,
        _ => null,
    };

    private static string Words(SocketError error) => error switch
    {
        SocketError.ConnectionRefused => "refused",
        SocketError.ConnectionReset or SocketError.ConnectionAborted or SocketError.Shutdown => "reset by the receiver",
        SocketError.TimedOut => "timed out",
        SocketError.HostUnreachable or SocketError.NetworkUnreachable or SocketError.HostDown or SocketError.NetworkDown => "unreachable",
        _ => error.ToString(),
    };
}
