using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using TaskAspire.Data.Webhooks;
using TaskAspire.Tests.Fixtures;
using TaskAspire.WebhookDispatcher.Sending;

namespace TaskAspire.Tests.Dispatcher;

public class DeliveryTests(BackingServices backing)
{
    private const string Delivered = "SELECT count(*) FROM webhook_deliveries WHERE state = 1";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_delivery_carries_every_header_and_the_exact_body()
    {
        await using var database = await DispatcherDatabase.CreateAsync(backing, Token);
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var dispatcher = await DispatcherHost.StartAsync(database.ConnectionString, null, ("Webhooks:ApiKey", "shared-key"));
        var user = await database.AddUserAsync();
        var (endpoint, secret) = await database.AddEndpointAsync(user, receiver.Url());
        const string Trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        var ids = await database.AddEventsAsync(user, 1, traceParent: Trace);
        await database.CountAsync(1, Delivered);

        var webhook = Assert.Single(receiver.Received);
        Assert.Equal(ids[0].ToString(), webhook.Id);
        Assert.Equal($$"""{"event":"task.created","id":"{{ids[0]}}"}""", Encoding.UTF8.GetString(webhook.Body));
        Assert.Equal("application/json", webhook.Headers["Content-Type"]);
        Assert.Equal(webhook.Body.Length.ToString(System.Globalization.CultureInfo.InvariantCulture), webhook.Headers["Content-Length"]);
        Assert.Equal("TaskAspire-Webhooks/1.0.0", webhook.Headers["User-Agent"]);
        Assert.Equal("shared-key", webhook.Headers["X-API-Key"]);
        Assert.Contains("0af7651916cd43dd8448eb211c80319c", webhook.Headers["traceparent"], StringComparison.Ordinal);
        var key = Convert.FromBase64String(secret["whsec_".Length..]);
        Assert.Equal(Convert.ToHexStringLower(HMACSHA256.HashData(key, webhook.Body)), webhook.Headers["X-Webhook-Signature"]);
        var signed = Encoding.UTF8.GetBytes($"{webhook.Id}.{webhook.Headers["webhook-timestamp"]}.{Encoding.UTF8.GetString(webhook.Body)}");
        Assert.Equal("v1," + Convert.ToBase64String(HMACSHA256.HashData(key, signed)), webhook.Headers["webhook-signature"]);
        Assert.Equal(1L, await database.ScalarAsync<long>(
            "SELECT count(*) FROM webhook_attempts a JOIN webhook_deliveries d ON d.id = a.delivery_id WHERE d.endpoint_id = @id AND a.number = 1 AND a.status_code = 204 AND a.error IS NULL",
            ("id", endpoint)));
    }

    [Fact]
    public async Task What_a_machine_writes_whose_clock_is_ahead_is_delivered_at_once()
    {
        await using var database = await DispatcherDatabase.CreateAsync(backing, Token);
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var dispatcher = await DispatcherHost.StartAsync(database.ConnectionString);
        var user = await database.AddUserAsync();
        await database.AddEndpointAsync(user, receiver.Url());
        await database.ExecuteAsync(
            "INSERT INTO webhook_events (id, user_id, type, payload, occurred_at) VALUES (uuid_v7(), @user, 'task.created', '{}', now() + interval '5 minutes')", ("user", user));
        await database.CountAsync(1, Delivered);
        Assert.Equal(1L, await database.ScalarAsync<long>("SELECT count(*) FROM webhook_deliveries WHERE due_at <= now()"));
    }

    [Fact]
    public async Task A_rotated_secret_signs_beside_the_new_one_until_it_expires()
    {
        await using var database = await DispatcherDatabase.CreateAsync(backing, Token);
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var dispatcher = await DispatcherHost.StartAsync(database.ConnectionString);
        var user = await database.AddUserAsync();
        var (endpoint, _) = await database.AddEndpointAsync(user, receiver.Url());
        await database.ExecuteAsync(
            "UPDATE webhook_endpoints SET previous_secret = @old, previous_secret_expires_at = now() + interval '1 hour' WHERE id = @id",
            ("old", database.Protect(WebhookSecrets.Generate())), ("id", endpoint));
        await database.AddEventsAsync(user, 1);
        await database.CountAsync(1, Delivered);
        Assert.Equal(2, receiver.Received.Last().Headers["webhook-signature"].Split(' ').Length);

        await database.ExecuteAsync("UPDATE webhook_endpoints SET previous_secret_expires_at = now() - interval '1 second'");
        await database.AddEventsAsync(user, 1);
        await database.CountAsync(2, Delivered);
        Assert.Single(receiver.Received.Last().Headers["webhook-signature"].Split(' '));
        Assert.DoesNotContain("X-API-Key", receiver.Received.Last().Headers.Keys);
    }

    [Fact]
    public async Task Without_usable_credentials_the_attempt_fails_and_says_why()
    {
        await using var database = await DispatcherDatabase.CreateAsync(backing, Token);
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var dispatcher = await DispatcherHost.StartAsync(database.ConnectionString);
        var user = await database.AddUserAsync();
        var (garbled, _) = await database.AddEndpointAsync(user, receiver.Url("/garbled"));
        var (shared, _) = await database.AddEndpointAsync(user, receiver.Url("/shared"));
        var (split, _) = await database.AddEndpointAsync(user, receiver.Url("/split"));
        await database.ExecuteAsync("UPDATE webhook_endpoints SET secret = 'nonsense' WHERE id = @id", ("id", garbled));
        await database.ExecuteAsync("UPDATE webhook_endpoints SET secret = NULL, use_shared_secret = true WHERE id = @id", ("id", shared));
        await database.ExecuteAsync("UPDATE webhook_endpoints SET api_key = @key WHERE id = @id", ("id", split), ("key", database.Protect("a\r\nX-Admin: 1")));
        await database.AddEventsAsync(user, 1);
        await database.CountAsync(3, "SELECT count(DISTINCT d.endpoint_id) FROM webhook_attempts a JOIN webhook_deliveries d ON d.id = a.delivery_id WHERE a.error = 'credentials'");
        Assert.Empty(receiver.Received);
        Assert.Equal(1L, await database.ScalarAsync<long>(
            "SELECT count(*) FROM webhook_deliveries WHERE endpoint_id = @id AND last_error LIKE '%WEBHOOK_SECRET%' AND state = 0", ("id", shared)));
    }

    [Fact]
    public async Task A_failed_delivery_is_tried_again_on_schedule_and_then_given_up()
    {
        await using var database = await DispatcherDatabase.CreateAsync(backing, Token);
        await using var receiver = await WebhookReceiver.StartAsync();
        receiver.Answer = (context, _) =>
        {
            context.Response.StatusCode = 500;
            return context.Response.WriteAsync("no\0pe" + new string('x', 5000));
        };
        await using var dispatcher = await DispatcherHost.StartAsync(
            database.ConnectionString, null, ("Webhooks:RetrySchedule:0", "00:00:00.2"), ("Webhooks:RetrySchedule:1", "00:00:00.4"), ("Webhooks:Jitter", "0"));
        var user = await database.AddUserAsync();
        await database.AddEndpointAsync(user, receiver.Url());
        await database.AddEventsAsync(user, 1);
        await database.CountAsync(1, "SELECT count(*) FROM webhook_deliveries WHERE state = 2 AND attempt_count = 3 AND completed_at IS NOT NULL AND last_status_code = 500");

        var times = receiver.Received.Select(webhook => webhook.At).ToList();
        Assert.Equal(3, times.Count);
        Assert.Single(receiver.Received.Select(webhook => webhook.Id).Distinct());
        Assert.InRange((times[1] - times[0]).TotalSeconds, 0.19, 2);
        Assert.InRange((times[2] - times[1]).TotalSeconds, 0.39, 2);
        Assert.Equal(1024, await database.ScalarAsync<int>("SELECT max(octet_length(response_body)) FROM webhook_attempts"));
        Assert.Equal(3, await database.ScalarAsync<int>("SELECT consecutive_failures FROM webhook_endpoints"));
    }

    [Fact]
    public async Task A_redirect_is_not_followed()
    {
        await using var database = await DispatcherDatabase.CreateAsync(backing, Token);
        await using var receiver = await WebhookReceiver.StartAsync();
        receiver.Answer = (context, _) =>
        {
            context.Response.Redirect("/elsewhere");
            return Task.CompletedTask;
        };
        await using var dispatcher = await DispatcherHost.StartAsync(database.ConnectionString);
        var user = await database.AddUserAsync();
        await database.AddEndpointAsync(user, receiver.Url());
        await database.AddEventsAsync(user, 1);
        await database.CountAsync(1, "SELECT count(*) FROM webhook_attempts WHERE status_code = 302 AND error = 'redirect' AND number = 1");
        Assert.Equal(0, receiver.CountOf("/elsewhere"));
    }

    [Fact]
    public async Task Gone_disables_the_endpoint_tells_the_others_and_cancels_what_waits()
    {
        await using var database = await DispatcherDatabase.CreateAsync(backing, Token);
        await using var receiver = await WebhookReceiver.StartAsync();
        receiver.Answer = (context, webhook) =>
        {
            context.Response.StatusCode = webhook.Path == "/gone" ? 410 : 200;
            return Task.CompletedTask;
        };
        var user = await database.AddUserAsync();
        var (gone, _) = await database.AddEndpointAsync(user, receiver.Url("/gone"));
        await database.AddEndpointAsync(user, receiver.Url("/other"), WebhookEventTypes.WebhookDisabled);
        await database.AddEventsAsync(user, 1);
        await database.AddEventsAsync(user, 50);
        await database.ExecuteAsync("UPDATE webhook_deliveries SET next_attempt_at = now() + interval '1 hour' WHERE id <> (SELECT min(id::text)::uuid FROM webhook_deliveries)");
        await using var dispatcher = await DispatcherHost.StartAsync(database.ConnectionString);

        await database.CountAsync(50, "SELECT count(*) FROM webhook_deliveries WHERE state = 3 AND completed_at IS NOT NULL");
        await Eventually.TrueAsync(() => receiver.CountOf("/other") == 1, Token);
        Assert.Equal(1, receiver.CountOf("/gone"));
        var told = Encoding.UTF8.GetString(receiver.Received.Single(webhook => webhook.Path == "/other").Body);
        Assert.Contains($$"""{"event":"webhook.disabled","timestamp":""", told, StringComparison.Ordinal);
        Assert.Contains($"\"endpointId\":\"{gone}\"", told, StringComparison.Ordinal);
        Assert.Contains("\"reason\":\"gone\"", told, StringComparison.Ordinal);
        Assert.Equal("gone", await database.ScalarAsync<string>("SELECT disabled_reason FROM webhook_endpoints WHERE NOT enabled AND disabled_at IS NOT NULL"));
    }

    [Fact]
    public async Task Gone_says_nothing_of_the_address_that_the_endpoint_was_moved_to_meanwhile()
    {
        await using var database = await DispatcherDatabase.CreateAsync(backing, Token);
        await using var receiver = await WebhookReceiver.StartAsync();
        receiver.Answer = async (context, webhook) =>
        {
            if (webhook.Path == "/old")
            {
                await database.ExecuteAsync("UPDATE webhook_endpoints SET url = @url", ("url", receiver.Url("/new")));
                context.Response.StatusCode = 410;
            }
        };
        var user = await database.AddUserAsync();
        await database.AddEndpointAsync(user, receiver.Url("/old"));
        await using var dispatcher = await DispatcherHost.StartAsync(database.ConnectionString);
        await database.AddEventsAsync(user, 1);
        await database.CountAsync(1, "SELECT count(*) FROM webhook_attempts WHERE error = 'gone'");

        await database.AddEventsAsync(user, 1);

        await database.CountAsync(1, Delivered);
        Assert.Equal(1, receiver.CountOf("/new"));
    }

    [Fact]
    public async Task Failing_for_too_long_disables_the_endpoint()
    {
        await using var database = await DispatcherDatabase.CreateAsync(backing, Token);
        await using var receiver = await WebhookReceiver.StartAsync();
        receiver.Answer = (context, _) =>
        {
            context.Response.StatusCode = 503;
            return Task.CompletedTask;
        };
        var user = await database.AddUserAsync();
        await database.AddEndpointAsync(user, receiver.Url());
        await database.ExecuteAsync("UPDATE webhook_endpoints SET failing_since = now() - interval '121 hours', consecutive_failures = 9");
        await database.AddEventsAsync(user, 1);
        await using var dispatcher = await DispatcherHost.StartAsync(database.ConnectionString);
        await database.CountAsync(1, "SELECT count(*) FROM webhook_endpoints WHERE NOT enabled AND disabled_reason = 'failing'");
        await database.CountAsync(1, "SELECT count(*) FROM webhook_deliveries WHERE state = 3");
    }

    [Fact]
    public async Task Retry_after_is_honoured()
    {
        await using var database = await DispatcherDatabase.CreateAsync(backing, Token);
        await using var receiver = await WebhookReceiver.StartAsync();
        receiver.Answer = (context, _) =>
        {
            context.Response.StatusCode = 429;
            context.Response.Headers.RetryAfter = "120";
            return Task.CompletedTask;
        };
        await using var dispatcher = await DispatcherHost.StartAsync(database.ConnectionString);
        var user = await database.AddUserAsync();
        await database.AddEndpointAsync(user, receiver.Url());
        await database.AddEventsAsync(user, 1);
        await database.CountAsync(1, "SELECT count(*) FROM webhook_deliveries WHERE attempt_count = 1 AND next_attempt_at BETWEEN now() + interval '100 s' AND now() + interval '121 s'");
    }

    [Theory]
    [InlineData("slow", "timeout")]
    [InlineData("endless", "timeout")]
    [InlineData("reset", "reset")]
    [InlineData("refused", "connect")]
    [InlineData("no-such-name", "dns")]
    [InlineData("blocked", "blocked_target")]
    public async Task What_goes_wrong_is_classified(string what, string error)
    {
        await using var database = await DispatcherDatabase.CreateAsync(backing, Token);
        await using var receiver = await WebhookReceiver.StartAsync();
        receiver.Answer = async (context, _) =>
        {
            switch (what)
            {
                case "slow":
                    await Task.Delay(Timeout.Infinite, context.RequestAborted);
                    break;
                case "endless":
                    while (true)
                    {
                        await context.Response.WriteAsync("x", context.RequestAborted);
                        await Task.Delay(50, context.RequestAborted);
                    }

                default:
                    context.Abort();
                    break;
            }
        };
        await using var dispatcher = await DispatcherHost.StartAsync(database.ConnectionString, null, ("Webhooks:Timeout", "00:00:00.5"));
        var user = await database.AddUserAsync();
        await database.AddEndpointAsync(user, what switch
        {
            "refused" => "http://127.0.0.1:1/",
            "no-such-name" => "http://no-such-name.invalid/",
            "blocked" => "http://10.0.0.1/",
            _ => receiver.Url(),
        });
        await database.AddEventsAsync(user, 1);
        await Eventually.TrueAsync(async () => await database.ScalarAsync<long>("SELECT count(*) FROM webhook_attempts") > 0, Token);
        Assert.Equal(error, await database.ScalarAsync<string>("SELECT error FROM webhook_attempts ORDER BY number LIMIT 1"));
        // Headers are what was sent, so there are none where there was no connection.
        Assert.Equal(error is "timeout" or "reset", await database.ScalarAsync<bool>("SELECT request_headers IS NOT NULL FROM webhook_attempts ORDER BY number LIMIT 1"));
    }

    [Fact]
    public async Task A_gigabyte_for_an_answer_is_a_success_and_is_not_read()
    {
        const long Gigabyte = 1L << 30;
        var taken = new TaskCompletionSource<long>();
        using var receiver = RawReceiver.Start(async stream =>
        {
            var chunk = Enumerable.Repeat((byte)'y', 64 * 1024).ToArray();
            long written = 0;
            try
            {
                await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Length: {Gigabyte}\r\n\r\n"));
                for (; written < Gigabyte; written += chunk.Length)
                {
                    await stream.WriteAsync(chunk);
                }
            }
            finally
            {
                taken.SetResult(written);
            }
        });
        await using var database = await DispatcherDatabase.CreateAsync(backing, Token);
        await using var dispatcher = await DispatcherHost.StartAsync(database.ConnectionString);
        var user = await database.AddUserAsync();
        await database.AddEndpointAsync(user, receiver.Url);
        await database.AddEventsAsync(user, 1);
        await database.CountAsync(1, Delivered);
        Assert.Equal(new string('y', 1024), await database.ScalarAsync<string>("SELECT response_body FROM webhook_attempts"));
        // The buffers of the two sockets take some megabytes that nobody reads.
        Assert.InRange(await taken.Task.WaitAsync(TimeSpan.FromSeconds(30), Token), 0, 32 << 20);
    }

    [Theory]
    [InlineData(true, "HTTP/2", 1)]
    [InlineData(false, "HTTP/1.1", 8)]
    public async Task Connections_are_kept_and_http_2_is_spoken_where_it_is_offered(bool tls, string protocol, int maxConnections)
    {
        using var key = RSA.Create(2048);
        using var certificate = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            .CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        await using var receiver = await WebhookReceiver.StartAsync(tls ? certificate : null);
        var connections = new ConcurrentDictionary<string, string>();
        receiver.Answer = (context, _) =>
        {
            connections[context.Connection.Id] = context.Request.Protocol;
            context.Response.StatusCode = StatusCodes.Status204NoContent;
            return Task.CompletedTask;
        };
        await using var database = await DispatcherDatabase.CreateAsync(backing, Token);
        await using var dispatcher = await DispatcherHost.StartAsync(database.ConnectionString, services => services
            .AddHttpClient(WebhookHttpClient.Name)
            .ConfigurePrimaryHttpMessageHandler((handler, _) => ((SocketsHttpHandler)handler).SslOptions.RemoteCertificateValidationCallback = (_, shown, _, _) => shown!.GetCertHashString() == certificate.GetCertHashString()));
        var user = await database.AddUserAsync();
        await database.AddEndpointAsync(user, receiver.Url());
        await database.AddEventsAsync(user, 50);
        await database.CountAsync(50, Delivered);
        Assert.All(connections.Values, spoken => Assert.Equal(protocol, spoken));
        Assert.InRange(connections.Count, 1, maxConnections);
    }

    [Theory]
    [InlineData("CN=localhost", 1, "self-signed")]
    [InlineData("CN=example.com", 1, "another host name")]
    [InlineData("CN=localhost", -0.5, "has expired")]
    public async Task A_certificate_that_nobody_vouches_for_gets_no_delivery_and_its_owner_is_told_why(string subject, double days, string reason)
    {
        using var key = RSA.Create(2048);
        using var certificate = new CertificateRequest(subject, key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            .CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(days));
        await using var receiver = await WebhookReceiver.StartAsync(certificate);
        await using var database = await DispatcherDatabase.CreateAsync(backing, Token);
        await using var dispatcher = await DispatcherHost.StartAsync(database.ConnectionString);
        var user = await database.AddUserAsync();
        await database.AddEndpointAsync(user, receiver.Url());
        await database.AddEventsAsync(user, 1);
        await Eventually.TrueAsync(async () => await database.ScalarAsync<long>("SELECT count(*) FROM webhook_attempts") > 0, Token);
        Assert.Equal("tls", await database.ScalarAsync<string>("SELECT error FROM webhook_attempts ORDER BY number LIMIT 1"));
        Assert.Contains(reason, await database.ScalarAsync<string>("SELECT error_message FROM webhook_attempts ORDER BY number LIMIT 1"), StringComparison.Ordinal);
        Assert.Empty(receiver.Received);
    }

    [Fact]
    public async Task A_receiver_without_TLS_where_there_should_be_is_told_so()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var database = await DispatcherDatabase.CreateAsync(backing, Token);
        await using var dispatcher = await DispatcherHost.StartAsync(database.ConnectionString);
        var user = await database.AddUserAsync();
        await database.AddEndpointAsync(user, receiver.Url().Replace("http:", "https:", StringComparison.Ordinal));
        await database.AddEventsAsync(user, 1);
        await Eventually.TrueAsync(async () => await database.ScalarAsync<long>("SELECT count(*) FROM webhook_attempts") > 0, Token);
        Assert.Equal(
            "No secure connection: The handshake failed. The receiver must speak TLS 1.2 or later at this port.",
            await database.ScalarAsync<string>("SELECT error_message FROM webhook_attempts ORDER BY number LIMIT 1"));
    }

    [Theory]
    [InlineData("no HTTP at all\r\n\r\n", "protocol")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nbroken", "protocol")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort", "reset")]
    [InlineData("HTTP/1.1 999 What\r\nContent-Length: 0\r\n\r\n", "protocol")]
    [InlineData("HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n", "http_5xx")]
    [InlineData("HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n", "http_4xx")]
    [InlineData("HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n", "gone")]
    [InlineData("huge head", "too_large")]
    [InlineData("", "reset")]
    public async Task Broken_answers_are_failures(string answer, string error)
    {
        var bytes = Encoding.ASCII.GetBytes(answer == "huge head" ? $"HTTP/1.1 200 OK\r\nX-Long: {new string('x', 64 * 1024)}\r\n\r\n" : answer);
        using var receiver = RawReceiver.Start(async stream => await stream.WriteAsync(bytes));
        await using var database = await DispatcherDatabase.CreateAsync(backing, Token);
        await using var dispatcher = await DispatcherHost.StartAsync(database.ConnectionString);
        var user = await database.AddUserAsync();
        await database.AddEndpointAsync(user, receiver.Url);
        await database.AddEventsAsync(user, 1);
        await Eventually.TrueAsync(async () => await database.ScalarAsync<long>("SELECT count(*) FROM webhook_attempts") > 0, Token);
        Assert.Equal(error, await database.ScalarAsync<string>("SELECT error FROM webhook_attempts ORDER BY number LIMIT 1"));
    }
}
