using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;
using TaskAspire.ServiceDefaults;

namespace TaskAspire.Tests.ServiceDefaults;

public class HealthTests
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(HealthStatus.Healthy, HealthStatus.Healthy, "healthy", HttpStatusCode.OK)]
    [InlineData(HealthStatus.Healthy, HealthStatus.Degraded, "degraded", HttpStatusCode.OK)]
    [InlineData(HealthStatus.Unhealthy, HealthStatus.Degraded, "unhealthy", HttpStatusCode.ServiceUnavailable)]
    public async Task Answers_with_the_worst_of_the_checks(HealthStatus database, HealthStatus webhooks, string status, HttpStatusCode code)
    {
        await using var service = await TestService.StartAsync(builder => builder.Services.AddHealthChecks()
            .AddCheck("database", () => new HealthCheckResult(database, "why"))
            .AddCheck("webhooks", () => new HealthCheckResult(webhooks, "why")));
        using var response = await service.Client.GetAsync("/health", Cancel);
        Assert.Equal(code, response.StatusCode);
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        Assert.True(response.Headers.CacheControl?.NoStore);

        using var body = JsonDocument.Parse(await response.Content.ReadAsStringAsync(Cancel));
        Assert.Equal(["status", "timestamp", "checks"], body.RootElement.EnumerateObject().Select(property => property.Name));
        Assert.Equal(status, body.RootElement.GetProperty("status").GetString());
        Assert.Equal(DateTimeKind.Utc, body.RootElement.GetProperty("timestamp").GetDateTime().Kind);
        foreach (var (name, expected) in new[] { ("database", database), ("webhooks", webhooks) })
        {
            var check = body.RootElement.GetProperty("checks").GetProperty(name);
            Assert.Equal(expected.ToString(), check.GetProperty("status").GetString(), ignoreCase: true);
            Assert.True(check.GetProperty("responseTime").GetDouble() >= 0);
            Assert.Equal(DateTimeKind.Utc, check.GetProperty("timestamp").GetDateTime().Kind);
            Assert.Equal(expected == HealthStatus.Healthy ? null : "why", check.TryGetProperty("error", out var error) ? error.GetString() : null);
        }
    }

    [Fact]
    public async Task Dependencies_that_refuse_are_named_without_addresses_or_secrets()
    {
        var port = SilentServer.ClosedPort();
        await using var service = await StartWithAllAsync(port);
        using var response = await service.Client.GetAsync("/health", Cancel);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        var body = await response.Content.ReadAsStringAsync(Cancel);
        Assert.Equal(
            [("database", "unhealthy"), ("redis", "unhealthy"), ("webhooks", "degraded"), ("elasticsearch", "degraded")],
            Statuses(body));
        Assert.DoesNotContain("topsecret", body, StringComparison.Ordinal);
        Assert.DoesNotContain("127.0.0.1", body, StringComparison.Ordinal);
        Assert.DoesNotContain($"{port}", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Dependencies_that_hang_are_given_up_after_two_seconds_side_by_side()
    {
        using var server = new SilentServer();
        await using var service = await StartWithAllAsync(server.Port);
        // One after the other they would take 8 s.
        using var response = await service.Client.GetAsync("/health", Cancel).WaitAsync(TimeSpan.FromSeconds(6), Cancel);
        var body = await response.Content.ReadAsStringAsync(Cancel);
        Assert.Equal(
            [("database", "unhealthy"), ("redis", "unhealthy"), ("webhooks", "degraded"), ("elasticsearch", "degraded")],
            Statuses(body));
    }

    [Fact]
    public async Task Elasticsearch_that_is_not_configured_is_not_missed_and_a_dispatcher_is()
    {
        await using var service = await TestService.StartAsync(builder => builder.AddWebhooksHealthCheck().AddElasticsearchHealthCheck());
        var body = await service.Client.GetStringAsync("/health", Cancel);
        Assert.Equal([("webhooks", "degraded"), ("elasticsearch", "healthy")], Statuses(body));
    }

    [Fact]
    public async Task Callers_at_the_same_moment_share_one_run()
    {
        var runs = 0;
        await using var service = await TestService.StartAsync(builder => builder.Services.AddHealthChecks().AddAsyncCheck("database", async () =>
        {
            Interlocked.Increment(ref runs);
            await Task.Delay(500);
            return HealthCheckResult.Healthy();
        }));
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => service.Client.GetAsync("/health", Cancel)));
        Assert.InRange(runs, 1, 2);
    }

    [Fact]
    public async Task Alive_asks_nobody()
    {
        await using var service = await TestService.StartAsync(builder => builder.Services.AddHealthChecks()
            .AddCheck("database", () => HealthCheckResult.Unhealthy()));
        using var response = await service.Client.GetAsync("/alive", Cancel);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    private static Task<TestService> StartWithAllAsync(int port) => TestService.StartAsync(
        builder =>
        {
            builder.Services.AddSingleton(_ => NpgsqlDataSource.Create($"Host=127.0.0.1;Port={port};Username=app;Password=topsecret;Database=tasks"));
            builder.AddRedis();
            builder.AddDatabaseHealthCheck().AddRedisHealthCheck().AddWebhooksHealthCheck().AddElasticsearchHealthCheck();
        },
        settings:
        [
            ("ConnectionStrings:cache", $"127.0.0.1:{port},password=topsecret"),
            ("services:webhookdispatcher:http:0", $"http://127.0.0.1:{port}"),
            ("Elasticsearch:Url", $"http://127.0.0.1:{port}"),
            ("Elasticsearch:Username", "elastic"),
            ("Elasticsearch:Password", "topsecret"),
        ]);

    private static IEnumerable<(string? Name, string? Status)> Statuses(string body)
    {
        using var json = JsonDocument.Parse(body);
        return [.. json.RootElement.GetProperty("checks").EnumerateObject().Select(check => (check.Name, check.Value.GetProperty("status").GetString()))];
    }
}
