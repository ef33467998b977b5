using System.Diagnostics;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using TaskAspire.ServiceDefaults.Telemetry;
using TaskAspire.Standalone.Processes;

namespace TaskAspire.Tests.ServiceDefaults;

public class MetricsTests
{
    // By default it takes names with dots, too, which rules and dashboards would not find.
    private const string PrometheusAccepts = "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,*/*;q=0.2";

    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Requests_are_counted_by_template_never_by_path()
    {
        await using var service = await StartAsync();
        await service.Client.GetAsync("/metrics-test/123", Cancel);
        await service.Client.GetAsync("/metrics-test/456?token=x", Cancel);
        await service.Client.GetAsync("/nowhere-to-be-found", Cancel);
        await service.Client.GetAsync("/metrics-test-fails", Cancel);
        using var made = new HttpRequestMessage(new HttpMethod("MADEUP"), "/nowhere");
        await service.Client.SendAsync(made, Cancel);

        var metrics = await service.Client.GetStringAsync("/metrics", Cancel);
        Assert.Contains("""http_requests_total{method="GET",route="/metrics-test/{id}",status_code="200"} 2""", metrics, StringComparison.Ordinal);
        Assert.Contains("""http_request_duration_seconds_count{method="GET",route="/metrics-test/{id}",status_code="200"} 2""", metrics, StringComparison.Ordinal);
        Assert.Contains("""http_requests_total{method="GET",route="/metrics-test-fails",status_code="500"} 1""", metrics, StringComparison.Ordinal);
        Assert.Contains("""http_requests_total{method="GET",route="unmatched",status_code="404"}""", metrics, StringComparison.Ordinal);
        Assert.Contains("""http_requests_total{method="_OTHER",route="unmatched",status_code="404"}""", metrics, StringComparison.Ordinal);
        Assert.DoesNotContain("nowhere", metrics, StringComparison.Ordinal);
        Assert.DoesNotContain("MADEUP", metrics, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0.1")]
    [InlineData("0.3")]
    [InlineData("0.5")]
    [InlineData("0.7")]
    [InlineData("1")]
    [InlineData("3")]
    [InlineData("5")]
    [InlineData("7")]
    [InlineData("10")]
    public async Task Buckets_of_the_document_are_kept(string boundary)
    {
        await using var service = await StartAsync();
        await service.Client.GetAsync("/metrics-test/1", Cancel);
        var metrics = await service.Client.GetStringAsync("/metrics", Cancel);
        Assert.Contains($$"""http_request_duration_seconds_bucket{method="GET",route="/metrics-test/{id}",status_code="200",le="{{boundary}}"}""", metrics, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cache_and_log_counters_are_there_from_the_start()
    {
        await using var service = await StartAsync();
        CacheMetrics.Hit();
        CacheMetrics.Miss();
        var metrics = await service.Client.GetStringAsync("/metrics", Cancel);
        Assert.Matches("""cache_requests_total\{result="hit"\} [1-9]""", metrics);
        Assert.Matches("""cache_requests_total\{result="miss"\} [1-9]""", metrics);
        Assert.Contains("log_events_dropped_total", metrics, StringComparison.Ordinal);
        Assert.Contains("process_cpu_seconds_total", metrics, StringComparison.Ordinal);
        Assert.Contains("dotnet_gc_collections_total", metrics, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whom_a_service_asks_is_not_told()
    {
        await using var service = await StartAsync();
        using var client = new HttpClient();
        await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync("http://127.0.0.254:1/", Cancel));
        var metrics = await service.Client.GetStringAsync("/metrics", Cancel);
        Assert.Matches("""http_client_request_duration_seconds_count\{[^}]*http_request_method="GET"[^}]*\} [1-9]""", metrics);
        Assert.DoesNotContain("127.0.0.254", metrics, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Prometheus_3_is_given_the_same_names_and_the_traces_of_durations()
    {
        await using var service = await StartAsync();
        await service.Client.GetAsync("/metrics-test/1", Cancel);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/metrics") { Headers = { { "Accept", PrometheusAccepts } } };
        using var response = await service.Client.SendAsync(request, Cancel);
        var metrics = await response.Content.ReadAsStringAsync(Cancel);
        Assert.Contains("dotnet_gc_collections_total{", metrics, StringComparison.Ordinal);
        Assert.Matches(
            """http_request_duration_seconds_bucket\{method="GET",route="/metrics-test/\{id\}",status_code="200",le="[0-9.]+"\} \d+ # \{trace_id="[0-9a-f]{32}",span_id="[0-9a-f]{16}"\}""",
            metrics);
    }

    [Fact]
    public async Task A_group_of_routes_has_no_slash_at_its_end()
    {
        await using var service = await StartAsync();
        await service.Client.GetAsync("/metrics-group", Cancel);
        Assert.Contains(
            """http_requests_total{method="GET",route="/metrics-group",status_code="200"} 1""", await service.Client.GetStringAsync("/metrics", Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task In_production_they_are_not_at_the_ordinary_port()
    {
        await using var without = await StartAsync("Production");
        Assert.Equal(HttpStatusCode.NotFound, (await without.Client.GetAsync("/metrics", Cancel)).StatusCode);

        await using var with = await StartAsync("Production", ("Metrics:Port", "9464"));
        using var request = new HttpRequestMessage(HttpMethod.Get, "/metrics") { Headers = { Host = "localhost:9464" } };
        Assert.Equal(HttpStatusCode.NotFound, (await with.Client.SendAsync(request, Cancel)).StatusCode);
    }

    [Fact]
    public async Task Promtool_finds_nothing_to_say()
    {
        var program = Executables.Find("promtool");
        Assert.SkipWhen(program is null, "promtool is not on PATH.");
        await using var service = await StartAsync();
        await service.Client.GetAsync("/metrics-test/1", Cancel);
        await service.Client.GetAsync("/health", Cancel);
        var metrics = await service.Client.GetStringAsync("/metrics", Cancel);

        using var promtool = Process.Start(new ProcessStartInfo(program, ["check", "metrics"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        await promtool.StandardInput.WriteAsync(metrics.AsMemory(), Cancel);
        promtool.StandardInput.Close();
        var said = await promtool.StandardError.ReadToEndAsync(Cancel) + await promtool.StandardOutput.ReadToEndAsync(Cancel);
        await promtool.WaitForExitAsync(Cancel);
        Assert.Equal(string.Empty, said);
        Assert.Equal(0, promtool.ExitCode);
    }

    private static Task<TestService> StartAsync(string environment = "Development", params (string Key, string? Value)[] settings) =>
        TestService.StartAsync(
            map: app =>
            {
                app.MapGet("/metrics-test/{id}", (string id) => id);
                app.MapGroup("/metrics-group").MapGet("/", () => "all");
                app.MapGet("/metrics-test-fails", IResult () => throw new InvalidOperationException("on purpose"));
            },
            environment: environment,
            settings: settings);
}
