using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;

namespace TaskAspire.Tests.ServiceDefaults;

public class OtlpMetricsTests
{
    private const string Endpoint = "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT";

    [Fact]
    public async Task Metrics_can_be_sent_where_nobody_takes_traces()
    {
        var requests = new ConcurrentBag<(string Path, string? ContentType, string? Header)>();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        await using var prometheus = builder.Build();
        prometheus.Run(async context =>
        {
            await context.Request.Body.CopyToAsync(Stream.Null, context.RequestAborted);
            requests.Add((context.Request.Path, context.Request.ContentType, context.Request.Headers["X-Scope"]));
        });
        await prometheus.StartAsync(TestContext.Current.CancellationToken);

        // What there is goes out when it stops, at the latest.
        await using (await TestService.StartAsync(settings:
            [
                (Endpoint, $"{prometheus.Urls.Single()}/api/v1/otlp/v1/metrics"), ("OTEL_EXPORTER_OTLP_METRICS_PROTOCOL", "http/protobuf"),
                ("OTEL_EXPORTER_OTLP_METRICS_HEADERS", "X-Scope=tasks"),
            ]))
        {
        }

        Assert.NotEmpty(requests);
        Assert.All(requests, request => Assert.Equal(("/api/v1/otlp/v1/metrics", "application/x-protobuf", "tasks"), request));
    }

    [Theory]
    [InlineData(Endpoint)]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT")]
    public async Task An_address_that_is_none_is_told_at_the_start(string variable)
    {
        var refused = await Assert.ThrowsAnyAsync<Exception>(() => TestService.StartAsync(settings: (variable, "collector")));
        Assert.Contains($"{variable} must be an absolute http:// or https:// URL.", refused.Message, StringComparison.Ordinal);
    }
}
