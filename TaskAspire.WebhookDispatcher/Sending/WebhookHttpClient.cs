using System.Net;
using System.Net.Sockets;
using TaskAspire.Data.Webhooks.Targets;
using TaskAspire.ServiceDefaults.Resilience;

namespace TaskAspire.WebhookDispatcher.Sending;

/// <summary>The client that deliveries go out by.</summary>
internal static class WebhookHttpClient
{
    public const string Name = "webhooks";

    // A connection is vetted when it is made; this is how long a change of the receiver's DNS may stay unseen.
    private static readonly TimeSpan ConnectionLifetime = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan IdleTimeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan DrainTimeout = TimeSpan.FromSeconds(1);

    // With several addresses, one that swallows packets must not use up the whole attempt.
    private static readonly TimeSpan ConnectTimeoutPerAddress = TimeSpan.FromSeconds(3);

    public static IServiceCollection AddWebhookHttpClient(this IServiceCollection services)
    {
        services.AddHttpClient(Name)
            .ConfigureHttpClient(client =>
            {
                client.Timeout = Timeout.InfiniteTimeSpan;
                client.DefaultRequestVersion = HttpVersion.Version20;
                client.DefaultVersionPolicy = HttpVersionPolicy.RequestVersionOrLower;
            })
            .ConfigurePrimaryHttpMessageHandler(provider => CreateHandler(provider.GetRequiredService<WebhookTargetGuard>()))
            // The handler looks to DNS changes by itself; a new one would only throw its connections away.
            .SetHandlerLifetime(Timeout.InfiniteTimeSpan)
            // No defaults: resilience handlers would repeat POSTs and share one circuit, service discovery would send to services of ours.
            .WithoutDefaults()
            // They would log the receivers' addresses, which may hold tokens.
            .RemoveAllLoggers();
        return services;
    }

    internal static SocketsHttpHandler CreateHandler(WebhookTargetGuard guard) => new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        AutomaticDecompression = DecompressionMethods.None,
        PooledConnectionLifetime = ConnectionLifetime,
        PooledConnectionIdleTimeout = IdleTimeout,
        EnableMultipleHttp2Connections = true,
        MaxResponseDrainSize = ResponseBody.ReadLimit,
        ResponseDrainTimeout = DrainTimeout,
        MaxResponseHeadersLength = 32,
        SslOptions = { RemoteCertificateValidationCallback = (_, _, chain, errors) => ReceiverCertificate.Validate(chain, errors) },
        ConnectCallback = (context, cancellationToken) => ConnectAsync(guard, context.InitialRequestMessage.RequestUri!, cancellationToken),
    };

    private static async ValueTask<Stream> ConnectAsync(WebhookTargetGuard guard, Uri target, CancellationToken cancellationToken)
    {
        var addresses = await guard.ResolveAsync(target, cancellationToken);
        for (var i = 0; ; i++)
        {
            var last = i == addresses.Length - 1;
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            if (!last)
            {
                limit.CancelAfter(ConnectTimeoutPerAddress);
            }

            var socket = new Socket(addresses[i].AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(new IPEndPoint(addresses[i], target.Port), limit.Token);
                return new PromptAckStream(socket);
            }
            catch (Exception failure)
            {
                socket.Dispose();
                if (last || cancellationToken.IsCancellationRequested || failure is not (SocketException or OperationCanceledException))
                {
                    throw;
                }
            }
        }
    }
}
