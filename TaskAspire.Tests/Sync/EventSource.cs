using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using TaskAspire.Tests.Api;

namespace TaskAspire.Tests.Sync;

/// <summary>One event of a stream; a comment has only its text in <see cref="Event"/>.</summary>
internal sealed record ServerEvent(string? Id, string Event, JsonObject? Data);

/// <summary>A connection to <c>/events</c> as a browser's EventSource has it.</summary>
internal sealed class EventSource : IDisposable
{
    public const string Comment = ":";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private readonly System.Diagnostics.Stopwatch _patience = System.Diagnostics.Stopwatch.StartNew();
    private readonly HttpResponseMessage _response;
    private readonly StreamReader _reader;

    private EventSource(HttpResponseMessage response, Stream stream)
    {
        _response = response;
        _reader = new StreamReader(stream);
    }

    public HttpResponseHeaders Headers => _response.Headers;

    /// <summary>What to go on after when the connection breaks before the first event.</summary>
    public string? Start { get; private set; }

    public static async Task<EventSource> OpenAsync(ApiClient api, string? lastEventId = null, string query = "")
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/events{query}");
        request.Headers.Accept.ParseAdd("text/event-stream");
        if (lastEventId is not null)
        {
            request.Headers.Add("Last-Event-ID", lastEventId);
        }

        var response = await api.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType!.MediaType);
        var source = new EventSource(response, await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken));
        Assert.Equal("retry: 2000", await source.ReadLineAsync());
        Assert.StartsWith("id: ", source.Start = await source.ReadLineAsync(), StringComparison.Ordinal);
        source.Start = source.Start!["id: ".Length..];
        Assert.Equal("", await source.ReadLineAsync());
        return source;
    }

    /// <summary>The next event, comments included; null when the stream has ended.</summary>
    public async Task<ServerEvent?> ReadAnyAsync()
    {
        string? id = null, name = null;
        JsonObject? data = null;
        while (await ReadLineAsync() is { } line)
        {
            switch (line)
            {
                case "":
                    return new ServerEvent(id, name!, data);
                case [':', ..]:
                    name = Comment;
                    break;
                case ['i', 'd', ':', .. var value]:
                    id = value.Trim();
                    break;
                case ['e', 'v', 'e', 'n', 't', ':', ' ', .. var value]:
                    name = value;
                    break;
                case ['d', 'a', 't', 'a', ':', ' ', .. var value]:
                    data = JsonNode.Parse(value)!.AsObject();
                    break;
                default:
                    Assert.Fail($"'{line}' is no line of an event stream.");
                    break;
            }
        }

        return null;
    }

    /// <summary>The next event that is no comment.</summary>
    public async Task<ServerEvent> ReadAsync()
    {
        ServerEvent? next;
        do
        {
            next = await ReadAnyAsync();
        }
        while (next is { Event: Comment } && _patience.Elapsed < Patience);

        _patience.Restart();
        Assert.NotNull(next);
        Assert.Equal(next.Id, next.Data?["sequence"]?.ToString());
        Assert.Equal(next.Event, $"{next.Data!["entity"]}.{next.Data["operation"]}");
        return next;
    }

    /// <summary>The next event that is no comment; null when the connection ended, in order or not.</summary>
    public async Task<ServerEvent?> ReadOrEndAsync()
    {
        try
        {
            ServerEvent? next;
            do
            {
                next = await ReadAnyAsync();
            }
            while (next is { Event: Comment });

            return next;
        }
        catch (Exception exception) when (exception is IOException or HttpRequestException)
        {
            return null;
        }
    }

    /// <summary>Completes when the server ends the stream.</summary>
    public async Task ReadToEndAsync()
    {
        while (await ReadAnyAsync() is not null)
        {
        }
    }

    public void Dispose()
    {
        _response.Dispose();
        _reader.Dispose();
    }

    private async Task<string?> ReadLineAsync() => await _reader.ReadLineAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(40));
}
