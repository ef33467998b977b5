using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using TaskAspire.ServiceDefaults.Resilience;

namespace TaskAspire.Tests.ServiceDefaults;

public class OutgoingTraceTests
{
    [Fact]
    public async Task A_span_of_a_request_to_others_names_the_server_and_not_what_lies_behind_it()
    {
        var spans = new ConcurrentBag<Activity>();
        using var listener = new ActivityListener { ShouldListenTo = source => source.Name == "System.Net.Http", ActivityStopped = spans.Add };
        ActivitySource.AddActivityListener(listener);
        var port = SilentServer.ClosedPort();
        // Nothing listens there: that spans are recorded is all that is wanted.
        await using var service = await TestService.StartAsync(
            builder => builder.Services.AddHttpClient("once").WithoutDefaults(),
            settings: ("OTEL_EXPORTER_OTLP_ENDPOINT", $"http://127.0.0.1:{port}"));

        using var client = service.Services.GetRequiredService<IHttpClientFactory>().CreateClient("once");
        await Assert.ThrowsAsync<HttpRequestException>(
            () => client.GetAsync(new Uri($"http://127.0.0.1:{port}/hooks/path-secret?token=query-secret"), TestContext.Current.CancellationToken));

        Assert.Contains(spans, span => span.GetTagItem("url.full") is string url && url == $"http://127.0.0.1:{port}/");
        Assert.DoesNotContain(spans, span => span.TagObjects.Any(tag => tag.Value is string text && text.Contains("-secret", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_request_to_others_is_traced_as_a_part_of_some_work_and_not_for_itself()
    {
        var port = SilentServer.ClosedPort();
        var spans = new ConcurrentBag<Activity>();
        using var listener = new ActivityListener { ShouldListenTo = source => source.Name == "System.Net.Http", ActivityStopped = spans.Add };
        ActivitySource.AddActivityListener(listener);
        await using var service = await TestService.StartAsync(
            builder => builder.Services.AddHttpClient("once").WithoutDefaults(),
            settings: ("OTEL_EXPORTER_OTLP_ENDPOINT", $"http://127.0.0.1:{SilentServer.ClosedPort()}"));
        using var client = service.Services.GetRequiredService<IHttpClientFactory>().CreateClient("once");
        using var source = new ActivitySource("TaskAspire.Tests.Work");
        var url = new Uri($"http://127.0.0.1:{port}");

        Activity.Current = null;
        await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync(url, TestContext.Current.CancellationToken));
        using var work = source.StartActivity("work");
        await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync(url, TestContext.Current.CancellationToken));

        Assert.Equal(
            [(false, default), (true, work!.SpanId)],
            spans.Where(span => Equals(span.GetTagItem("server.port"), port)).OrderBy(span => span.StartTimeUtc).Select(span => (span.Recorded, span.ParentSpanId)));
    }
}
