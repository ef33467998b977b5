using System.IO.Compression;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using TaskAspire.Tests.Fixtures;
using TaskAspire.WebhookDispatcher.Sending;

namespace TaskAspire.Tests.Dispatcher;

/// <summary>Receivers that mean ill: whatever they send, an attempt ends in time, takes little memory, and says what was wrong.</summary>
public class HostileReceiverTests(BackingServices backing)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("interim answers without end", "too_large")]
    [InlineData("headers without end", "too_large")]
    [InlineData("a header a moment", "timeout")]
    [InlineData("a status line without end", "too_large")]
    [InlineData("another protocol", "protocol")]
    public async Task An_answer_that_never_begins_is_a_failure(string what, string error)
    {
        using var receiver = RawReceiver.Start(async stream =>
        {
            switch (what)
            {
                case "interim answers without end":
                    await RepeatAsync(stream, "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n");
                    break;
                case "headers without end":
                    await stream.WriteAsync("HTTP/1.1 200 OK\r\n"u8.ToArray());
                    await RepeatAsync(stream, "X-A: b\r\n");
                    break;
                case "a header a moment":
                    await stream.WriteAsync("HTTP/1.1 200 OK\r\n"u8.ToArray());
                    await RepeatAsync(stream, "X-A: b\r\n", pause: TimeSpan.FromMilliseconds(50));
                    break;
                case "a status line without end":
                    await stream.WriteAsync("HTTP/1.1 200 "u8.ToArray());
                    await RepeatAsync(stream, "O");
                    break;
                default:
                    await stream.WriteAsync("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: other\r\n\r\n"u8.ToArray());
                    break;
            }
        });
        Assert.Equal(error, await FirstErrorAsync(receiver.Url));
    }

    [Fact]
    public async Task A_bomb_is_kept_as_it_came_and_not_unpacked()
    {
        using var packed = new MemoryStream();
        await using (var gzip = new GZipStream(packed, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            await gzip.WriteAsync(new byte[64 << 20], Token);
        }

        using var receiver = RawReceiver.Start(async stream =>
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {packed.Length}\r\n\r\n"));
            await stream.WriteAsync(packed.GetBuffer().AsMemory(0, (int)packed.Length));
        });
        Assert.Null(await FirstErrorAsync(receiver.Url, "length(response_body) <= 1024 AND status_code = 200"));
    }

    [Fact]
    public async Task A_stream_that_is_reset_is_a_reset()
    {
        using var key = RSA.Create(2048);
        using var certificate = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            .CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        await using var receiver = await WebhookReceiver.StartAsync(certificate);
        receiver.Answer = (context, _) =>
        {
            const int InternalError = 2;
            context.Features.GetRequiredFeature<IHttpResetFeature>().Reset(InternalError);
            return Task.CompletedTask;
        };
        Assert.Equal("reset", await FirstErrorAsync(receiver.Url(), timeout: "00:00:10", configure: services => services
            .AddHttpClient(WebhookHttpClient.Name)
            .ConfigurePrimaryHttpMessageHandler((handler, _) => ((SocketsHttpHandler)handler).SslOptions.RemoteCertificateValidationCallback = (_, shown, _, _) => shown!.GetCertHashString() == certificate.GetCertHashString())));
    }

    /// <summary>Has one event delivered, and waits for the first attempt.</summary>
    /// <returns>The class of its failure.</returns>
    private async Task<string?> FirstErrorAsync(string url, string and = "true", Action<IServiceCollection>? configure = null, string timeout = "00:00:01")
    {
        await using var database = await DispatcherDatabase.CreateAsync(backing, Token);
        await using var dispatcher = await DispatcherHost.StartAsync(database.ConnectionString, configure, ("Webhooks:Timeout", timeout));
        var user = await database.AddUserAsync();
        await database.AddEndpointAsync(user, url);
        await database.AddEventsAsync(user, 1);
        await Eventually.TrueAsync(async () => await database.ScalarAsync<long>($"SELECT count(*) FROM webhook_attempts WHERE number = 1 AND duration_ms < 12000 AND {and}") == 1, Token);
        return await database.ScalarAsync<string>("SELECT coalesce(error, '') FROM webhook_attempts WHERE number = 1") is { Length: > 0 } error ? error : null;
    }

    private static async Task RepeatAsync(Stream stream, string text, TimeSpan pause = default)
    {
        var bytes = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(text, pause == default ? 1000 : 1)));
        // Until the dispatcher hangs up.
        while (true)
        {
            await stream.WriteAsync(bytes);
            await Task.Delay(pause);
        }
    }
}
