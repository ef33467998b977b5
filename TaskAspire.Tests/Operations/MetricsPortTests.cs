using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using TaskAspire.ApiService.Tasks;
using TaskAspire.Standalone.Ports;
using TaskAspire.Tests.Fixtures;
using TaskAspire.Tests.Logging;

namespace TaskAspire.Tests.Operations;

/// <summary>In Production, what is for operators alone cannot be reached at the public port, whatever a request claims.</summary>
public sealed class MetricsPortTests
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    private static readonly string[] Targets =
    [
        "/metrics", "/metrics/", "//metrics", "/METRICS", "/%6d%65trics", "/metrics%2f", "/./metrics", "/alive/../metrics", "/alive/%2e%2e/metrics", "/metrics?format=openmetrics",
        "/metrics;a=b", "/api/v1/../../metrics", "http://127.0.0.1:{port}/metrics", "http://metrics.internal/metrics", "/inbox", "/inbox/stream",
    ];

    private static readonly string[] Forged =
    [
        "Host: 127.0.0.1:{port}", "Host: localhost:{port}", "Host: metrics.internal", "X-Forwarded-Port: {port}", "X-Forwarded-Host: 127.0.0.1:{port}", "X-Forwarded-For: 127.0.0.1",
        "X-Forwarded-Proto: http", "X-Forwarded-Prefix: /metrics", "X-Original-URL: /metrics", "X-Rewrite-URL: /metrics", "Forwarded: for=127.0.0.1;host=\"127.0.0.1:{port}\"",
    ];

    [Fact]
    public async Task Metrics_are_at_their_own_port_alone_and_the_service_answers_without_its_dependencies()
    {
        using var directory = new TestDirectory();
        using var hanging = new ServiceDefaults.SilentServer();
        var keys = ServiceRun.WriteKeys(directory, "jwt");
        var port = new PortAllocator().ClaimFree();
        await using var api = await LoggedProcess.StartAsync(typeof(TaskRequest), "Production", new Dictionary<string, string?>
        {
            ["DATABASE_URL"] = $"postgresql://app:topsecret@127.0.0.1:{hanging.Port}/taskdb",
            ["REDIS_URL"] = $"redis://:topsecret@127.0.0.1:{hanging.Port}",
            ["ELASTICSEARCH_URL"] = $"http://elastic:topsecret@127.0.0.1:{hanging.Port}",
            ["services__webhookdispatcher__http__0"] = $"http://127.0.0.1:{hanging.Port}",
            ["JWT_PRIVATE_KEY_PATH"] = keys.Private,
            ["JWT_PUBLIC_KEY_PATH"] = keys.Public,
            ["WEBHOOK_SECRET"] = "topsecret",
            ["RateLimiting__KnownNetworks__0"] = "127.0.0.0/8",
            ["Metrics__Port"] = $"{port}",
        });
        var publicPort = api.Address.Port == port ? throw new InvalidOperationException("The first address is the public one.") : api.Address.Port;

        using var http = new HttpClient();
        Assert.Contains("# TYPE", await http.GetStringAsync($"http://127.0.0.1:{port}/metrics", Cancel), StringComparison.Ordinal);
        foreach (var target in Targets)
        {
            await NothingAsync(publicPort, target, ["Host: api.example"], port);
        }

        await NothingAsync(publicPort, "/metrics", [.. Forged.Where(header => !header.StartsWith("Host", StringComparison.Ordinal)), "Host: api.example"], port);
        foreach (var header in Forged)
        {
            await NothingAsync(publicPort, "/metrics", header.StartsWith("Host", StringComparison.Ordinal) ? [header] : [header, "Host: api.example"], port);
        }

        // All four dependencies take the connection and never answer.
        var begin = System.Diagnostics.Stopwatch.GetTimestamp();
        Assert.Equal("alive", await http.GetStringAsync(new Uri(api.Address, "/alive"), Cancel));
        Assert.InRange(System.Diagnostics.Stopwatch.GetElapsedTime(begin), TimeSpan.Zero, TimeSpan.FromSeconds(2));
        using var answer = await http.GetAsync(new Uri(api.Address, "/health"), Cancel);
        var health = await answer.Content.ReadFromJsonAsync<JsonElement>(Cancel);
        Assert.Equal("unhealthy", health.GetProperty("status").GetString());
        Assert.DoesNotContain("topsecret", health.ToString(), StringComparison.Ordinal);
        foreach (var check in health.GetProperty("checks").EnumerateObject())
        {
            // The limit is 2 s; what is beyond it is the machine's.
            Assert.InRange(check.Value.GetProperty("responseTime").GetDouble(), 0, 3_500);
        }

        Assert.DoesNotContain(api.Lines, line => line.Contains("topsecret", StringComparison.Ordinal));
    }

    private static async Task NothingAsync(int publicPort, string target, IEnumerable<string> headers, int metricsPort)
    {
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", publicPort, Cancel);
        var stream = client.GetStream();
        var request = $"GET {target} HTTP/1.1\r\n{string.Concat(headers.Select(header => header + "\r\n"))}Connection: close\r\n\r\n".Replace("{port}", $"{metricsPort}", StringComparison.Ordinal);
        await stream.WriteAsync(Encoding.ASCII.GetBytes(request), Cancel);
        var answer = await new StreamReader(stream).ReadToEndAsync(Cancel);
        Assert.StartsWith("HTTP/1.1 4", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("# TYPE", answer, StringComparison.Ordinal);
    }
}
