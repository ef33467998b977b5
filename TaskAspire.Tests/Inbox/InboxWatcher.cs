using System.Collections.Concurrent;
using System.Net.ServerSentEvents;
using System.Text.Json.Nodes;

namespace TaskAspire.Tests.Inbox;

/// <summary>Watches the inbox's stream as its page does.</summary>
internal sealed class InboxWatcher : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<(string Type, string Data)> _news = new();

    private InboxWatcher(HttpClient http) => Ended = ReadAsync(http);

    /// <summary>Ends when the stream does.</summary>
    public Task Ended { get; }

    public IReadOnlyList<JsonNode> Deliveries => [.. Of("delivery")];

    public JsonNode? Plan => Of("plan").LastOrDefault() ?? Of("start").LastOrDefault();

    public int Starts => Of("start").Count();

    public static async Task<InboxWatcher> StartAsync(HttpClient http)
    {
        var watcher = new InboxWatcher(http);
        await Fixtures.Eventually.TrueAsync(() => watcher.Starts > 0, TestContext.Current.CancellationToken);
        return watcher;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Ended;
        _stop.Dispose();
    }

    private IEnumerable<JsonNode> Of(string type) => _news.Where(news => news.Type == type).Select(news => JsonNode.Parse(news.Data)!);

    private async Task ReadAsync(HttpClient http)
    {
        try
        {
            await using var stream = await http.GetStreamAsync("/inbox/stream", _stop.Token);
            await foreach (var item in SseParser.Create(stream).EnumerateAsync(_stop.Token))
            {
                _news.Enqueue((item.EventType, item.Data));
            }
        }
        catch (OperationCanceledException)
        {
        }
    }
}
