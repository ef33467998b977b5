using System.Net.Sockets;
using System.Security.Authentication;
using TaskAspire.Data.Webhooks.Targets;

namespace TaskAspire.WebhookDispatcher.Sending;

/// <summary>Puts a failed request into words for the endpoint's owner: what failed, nothing about the machine it failed on.</summary>
internal static class SendFailure
{
    /// <summary>The class of the failure and its message.</summary>
    public static (string Error, string Message) Describe(Exception failure)
    {
        for (var cause = failure; cause is not null; cause = cause.InnerException)
        {
            switch (cause)
            {
                case BlockedTargetException blocked:
                    return (AttemptErrors.BlockedAddress, $"The address {blocked.Message}.");
                case SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain or SocketError.NoRecovery }:
                    return (AttemptErrors.Dns, "The host name has no address.");
                case AuthenticationException tls:
                    return (AttemptErrors.Tls, $"No secure connection: {tls.Message}");
                case SocketException socket:
                    return (AttemptErrors.Connection, $"No connection, or it was lost: {Words(socket.SocketErrorCode)}.");
            }
        }

        return failure switch
        {
            HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } => (AttemptErrors.Tls, "No secure connection."),
            HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError } => (AttemptErrors.Connection, "No connection."),
            HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError } => (AttemptErrors.Dns, "The host name has no address."),
            HttpRequestException http => (AttemptErrors.Protocol, $"The answer is not valid HTTP: {http.HttpRequestError}."),
            HttpIOException http => (AttemptErrors.Protocol, $"The answer is not valid HTTP: {http.HttpRequestError}."),
            IOException => (AttemptErrors.Connection, "The connection was lost."),
            _ => (AttemptErrors.Protocol, "The request could not be made."),
        };
    }

    private static string Words(SocketError error) => error switch
    {
        SocketError.ConnectionRefused => "refused",
        SocketError.ConnectionReset or SocketError.ConnectionAborted or SocketError.Shutdown => "reset by the receiver",
        SocketError.TimedOut => "timed out",
        SocketError.HostUnreachable or SocketError.NetworkUnreachable or SocketError.HostDown or SocketError.NetworkDown => "unreachable",
        _ => error.ToString(),
    };
}
