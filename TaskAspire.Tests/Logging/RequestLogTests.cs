using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using TaskAspire.ServiceDefaults;
using TaskAspire.Tests.Fixtures;
using TaskAspire.Tests.ServiceDefaults;

namespace TaskAspire.Tests.Logging;

/// <summary>The line of a request, as it reaches Elasticsearch.</summary>
public class RequestLogTests
{
    private const string Trace = "0af7651916cd43dd8448eb211c80319c";

    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_request_has_one_line_with_route_status_duration_user_and_trace()
    {
        await using var elasticsearch = await ElasticsearchStub.StartAsync();
        await using var service = await StartAsync(elasticsearch);
        var id = Guid.NewGuid();
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/things/{id}?token=hidden") { Headers = { { "traceparent", $"00-{Trace}-b7ad6b7169203331-01" } } };
        await service.Client.SendAsync(request, Cancel);
        var line = await LineAsync(elasticsearch, "/things/{id:guid}");
        Assert.Equal("GET", (string?)line["http"]!["request.method"]);
        Assert.Equal(200, (int?)line["http"]!["response.status_code"]);
        Assert.Equal($"/things/{id}", (string?)line["url"]!["path"]);
        Assert.Equal("user-7", (string?)line["user"]!["id"]);
        Assert.Equal(Trace, (string?)line["trace.id"]);
        Assert.Equal(16, ((string)line["span.id"]!).Length);
        Assert.InRange((long)line["event"]!["duration"]!, 1, 60_000_000_000);
        Assert.Equal("Information", (string?)line["log.level"]);
        Assert.Equal(
            (ElasticsearchLog.Service.Name, ElasticsearchLog.Service.Version, ElasticsearchLog.Service.Environment),
            ((string?)line["service"]!["name"], (string?)line["service"]!["version"], (string?)line["service"]!["environment"]));
        Assert.Matches("^HTTP \"GET\" \"/things/", (string)line["message"]!);
        Assert.DoesNotContain("hidden", line.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_fails_is_told_once_with_its_exception_and_once_as_a_request()
    {
        await using var elasticsearch = await ElasticsearchStub.StartAsync();
        await using var service = await StartAsync(elasticsearch);
        await service.Client.GetAsync("/fails", Cancel);
        var line = await LineAsync(elasticsearch, "/fails");
        Assert.Equal((500, "Error"), ((int?)line["http"]!["response.status_code"], (string?)line["log.level"]));
        var failure = Assert.Single(elasticsearch.Documents, document => document["error"] is not null);
        Assert.Equal("System.InvalidOperationException", (string?)failure["error"]!["type"]);
        Assert.Equal("on purpose", (string?)failure["error"]!["message"]);
        Assert.Contains("RequestLogTests", (string?)failure["error"]!["stack_trace"], StringComparison.Ordinal);
        Assert.Equal((string?)line["trace.id"], (string?)failure["trace.id"]);
    }

    [Fact]
    public async Task An_answer_that_breaks_off_in_the_middle_is_told_and_counted_as_a_failure()
    {
        await using var elasticsearch = await ElasticsearchStub.StartAsync();
        await using var service = await StartAsync(elasticsearch);
        await Assert.ThrowsAnyAsync<Exception>(() => service.Client.GetStringAsync("/breaks", Cancel));
        var line = await LineAsync(elasticsearch, "/breaks");
        Assert.Equal((500, "Error"), ((int?)line["http"]!["response.status_code"], (string?)line["log.level"]));
        Assert.Contains("http_requests_total{method=\"GET\",route=\"/breaks\",status_code=\"500\"} 1", await service.Client.GetStringAsync("/metrics", Cancel), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/nowhere/eyJhbGciOiJSUzI1NiJ9", "unmatched")]
    [InlineData("/named/eyJhbGciOiJSUzI1NiJ9", "/named/{name}")]
    public async Task What_a_client_may_have_mistaken_for_an_id_is_not_told(string path, string route)
    {
        await using var elasticsearch = await ElasticsearchStub.StartAsync();
        await using var service = await StartAsync(elasticsearch);
        using var request = new HttpRequestMessage(new HttpMethod("EYJHBGCI"), path);
        await service.Client.SendAsync(request, Cancel);
        await service.Client.GetAsync(path, Cancel);
        await LineAsync(elasticsearch, route);
        Assert.DoesNotContain(elasticsearch.BulkRequests, bulk => bulk.Body.Contains("eyJhbGci", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task Probes_and_scrapes_are_told_at_debug_only()
    {
        await using var elasticsearch = await ElasticsearchStub.StartAsync();
        await using var service = await StartAsync(elasticsearch);
        foreach (var path in new[] { "/health", "/alive", "/metrics", "/things/" + Guid.NewGuid() })
        {
            await service.Client.GetAsync(path, Cancel);
        }

        await LineAsync(elasticsearch, "/things/{id:guid}");
        Assert.Single(elasticsearch.Documents, document => document["http"]?["request.method"] is not null);
    }

    [Fact]
    public async Task A_value_from_outside_is_one_value_of_one_event()
    {
        await using var elasticsearch = await ElasticsearchStub.StartAsync();
        const string injected = "x\n{\"create\":{}}\n{\"message\":\"injected\"}\r\u2028\"";
        await using (var log = new ElasticsearchLog(elasticsearch.Url))
        {
            log.Logger.Information("A {Value}", injected);
        }

        var document = Assert.Single(elasticsearch.Documents);
        Assert.Equal(injected, (string?)document["labels"]!["Value"]);
    }

    [Fact]
    public async Task A_service_starts_and_answers_while_elasticsearch_hangs_and_counts_what_it_loses()
    {
        await using var elasticsearch = await ElasticsearchStub.StartAsync();
        elasticsearch.Instead = async (context, _) =>
        {
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
            return true;
        };
        await using var service = await StartAsync(elasticsearch, ("Elasticsearch:BufferSize", "100"), ("Elasticsearch:FlushTimeout", "00:00:01"));
        var before = await DroppedAsync(service);
        for (var i = 0; i < 1000; i++)
        {
            Assert.Equal(HttpStatusCode.OK, (await service.Client.GetAsync($"/things/{Guid.NewGuid()}", Cancel)).StatusCode);
        }

        // 100 in the buffer, and some batches of as many on their way.
        await Eventually.TrueAsync(async () => await DroppedAsync(service) >= before + 200, Cancel);
        var health = JsonNode.Parse(await (await service.Client.GetAsync("/health", Cancel)).Content.ReadAsStringAsync(Cancel))!;
        Assert.Equal(("degraded", "degraded"), ((string?)health["status"], (string?)health["checks"]!["elasticsearch"]!["status"]));
        elasticsearch.Behave();
        await Eventually.TrueAsync(async () => (string?)JsonNode.Parse(await service.Client.GetStringAsync("/health", Cancel))!["status"] == "healthy", Cancel);
    }

    [Theory]
    [InlineData("Elasticsearch:BufferSize", "7")]
    [InlineData("Elasticsearch:Url", "ftp://elasticsearch")]
    public async Task Options_that_make_no_sense_stop_the_start(string key, string value) =>
        Assert.Contains(key.Split(':')[1], (await Assert.ThrowsAsync<Microsoft.Extensions.Options.OptionsValidationException>(
            () => TestService.StartAsync(settings: [(key, value)]))).Message, StringComparison.Ordinal);

    private static Task<TestService> StartAsync(ElasticsearchStub elasticsearch, params (string Key, string? Value)[] settings) => TestService.StartAsync(
        builder =>
        {
            builder.AddElasticsearchHealthCheck();
            builder.Services.AddProblemDetails();
        },
        app =>
        {
            app.UseExceptionHandler();
            app.Use((context, next) =>
            {
                context.User = new System.Security.Claims.ClaimsPrincipal(new System.Security.Claims.ClaimsIdentity([new("sub", "user-7")], "test"));
                return next();
            });
            app.MapGet("/things/{id:guid}", (Guid id) => id);
            app.MapGet("/named/{name}", (string name) => name);
            app.MapGet("/breaks", async (HttpResponse response) =>
            {
                await response.WriteAsync("a part", Cancel);
                await response.Body.FlushAsync(Cancel);
                throw new InvalidOperationException("in the middle");
            });
            app.MapGet("/fails", IResult () => throw new InvalidOperationException("on purpose"));
        },
        environment: ElasticsearchLog.Service.Environment,
        settings:
        [
            ("Elasticsearch:Url", elasticsearch.Url.ToString()), ("Elasticsearch:BatchAge", "00:00:01"), ("Elasticsearch:RequestTimeout", "00:00:02"),
            ("OTEL_SERVICE_NAME", ElasticsearchLog.Service.Name), ("Service:Version", ElasticsearchLog.Service.Version), ("Logging:LogLevel:TaskAspire", "Information"), ("Logging:LogLevel:Microsoft.AspNetCore", "Warning"),
            .. settings,
        ]);

    /// <summary>The one line of a route, when it has arrived.</summary>
    private static async Task<JsonObject> LineAsync(ElasticsearchStub elasticsearch, string route)
    {
        await Eventually.TrueAsync(() => Lines().Any(), Cancel);
        return Lines().First(line => (string?)line["http"]!["request.method"] == "GET");

        IEnumerable<JsonObject> Lines() => elasticsearch.Documents.Where(document => (string?)document["labels"]!["Route"] == route && (string?)document["http"]!["request.method"] == "GET");
    }

    private static async Task<double> DroppedAsync(TestService service)
    {
        var metrics = await service.Client.GetStringAsync("/metrics", Cancel);
        var found = Regex.Match(metrics, @"(?m)^log_events_dropped_total\S* (\d+)");
        Assert.True(found.Success, metrics);
        return double.Parse(found.Groups[1].Value, CultureInfo.InvariantCulture);
    }
}
