using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Features;
using TaskAspire.ApiService.Json;
using TaskAspire.ApiService.Sync;

namespace TaskAspire.ApiService.Live;

/// <summary>
/// Writes server-sent events (WHATWG HTML §9.2). Not the framework's result: that has no comments, which keep the connection alive
/// without being an event. Each write returns when it is on its way, so a client that does not read holds up its own stream and nothing else.
/// </summary>
internal sealed class EventStream(HttpResponse response)
{
    public const string ContentType = "text/event-stream";

    // JSON on one line, as "data:" needs it.
    private static readonly JsonWriterOptions Json = new() { Encoder = ApiJson.Options.Encoder, SkipValidation = true };

    /// <summary>
    /// Sends the head, and tells the client how long to wait before it connects again, and after which change: it may have to before the first event, and
    /// would otherwise begin anew, without what happened meanwhile.
    /// </summary>
    public async Task BeginAsync(TimeSpan reconnectDelay, SyncPoint start, CancellationToken cancellationToken)
    {
        response.ContentType = ContentType;
        response.Headers.CacheControl = "no-store";
        // nginx collects an answer before it passes it on, unless told otherwise.
        response.Headers["X-Accel-Buffering"] = "no";
        response.HttpContext.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        await SendAsync(string.Create(CultureInfo.InvariantCulture, $"retry: {(long)reconnectDelay.TotalMilliseconds}\nid: {start.Sequence}\n\n"), cancellationToken);
    }

    /// <summary>Says that the connection is alive.</summary>
    public Task BeatAsync(CancellationToken cancellationToken) => SendAsync(":\n\n", cancellationToken);

    /// <summary>Tells the client that what it has may be wrong and that it must start over. The empty id makes it forget its position.</summary>
    public Task ResetAsync(CancellationToken cancellationToken) => SendAsync("id:\nevent: reset\ndata: {}\n\n", cancellationToken);

    /// <summary>Sends a change.</summary>
    public async Task SendAsync(SyncChange change, CancellationToken cancellationToken)
    {
        var body = response.BodyWriter;
        Write(body, string.Create(CultureInfo.InvariantCulture, $"id: {change.Sequence}\nevent: {change.Entity}.{change.Operation}\ndata: "));
        await using (var json = new Utf8JsonWriter(body, Json))
        {
            JsonSerializer.Serialize(json, change, ApiJson.Options);
        }

        await SendAsync("\n\n", cancellationToken);
    }

    private async Task SendAsync(string text, CancellationToken cancellationToken)
    {
        Write(response.BodyWriter, text);
        var sent = await response.BodyWriter.FlushAsync(cancellationToken);
        if (sent.IsCompleted)
        {
            throw new OperationCanceledException("The client has gone.");
        }
    }

    private static void Write(PipeWriter body, string text) => Encoding.UTF8.GetBytes(text, body);
}
