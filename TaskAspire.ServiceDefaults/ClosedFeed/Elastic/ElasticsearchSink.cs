using System.Buffers;
using System.Net.Http.Headers;
using System.Threading.Channels;
using Elastic.Channels;
using Elastic.CommonSchema.Serilog;
using Elastic.Ingest.Elasticsearch.DataStreams;
using Serilog.Core;
using Serilog.Debugging;
using Serilog.Events;

namespace Elastic.Serilog.Sinks;

/// <summary>
/// Stands in for the sink of Elastic.Serilog.Sinks 9.0: events wait in a bounded channel, from which batches are sent as <c>create</c>
/// operations of the bulk API. Like that one it never waits for room, and gives a batch up that is not answered with success: what
/// tries again stands in the transport.
/// </summary>
public sealed class ElasticsearchSink : ILogEventSink, IDisposable
{
    private readonly DataStreamChannelOptions<LogEventEcsDocument> _options = new();
    private readonly EcsDocumentWriter _writer;
    private readonly Channel<LogEventEcsDocument> _events;
    private readonly HttpClient _client;
    private readonly string _path;
    private readonly CancellationTokenSource _abort = new();
    private readonly Task _export;

    /// <summary>A sink with these options.</summary>
    public ElasticsearchSink(ElasticsearchSinkOptions options)
    {
        options.ConfigureChannel?.Invoke(_options);
        _writer = new EcsDocumentWriter(options.TextFormatting);
        _client = options.Transport.Client;
        _path = $"{options.DataStream}/_bulk?filter_path=error,items.*.status,items.*.error";
        _events = Channel.CreateBounded<LogEventEcsDocument>(new BoundedChannelOptions(Buffer.InboundBufferMaxSize) { SingleReader = true });
        _export = Task.Run(ExportAsync);
    }

    private BufferOptions Buffer => _options.BufferOptions;

    /// <inheritdoc />
    public void Emit(LogEvent logEvent)
    {
        if (!_events.Writer.TryWrite(new LogEventEcsDocument { LogEvent = logEvent, Json = _writer.Write(logEvent) }))
        {
            _options.PublishToInboundChannelFailureCallback?.Invoke();
        }
    }

    /// <summary>Sends what waits, for as long as <see cref="BufferOptions.ExportBackoffPeriod"/> says for the second attempt.</summary>
    public void Dispose()
    {
        _events.Writer.TryComplete();
        if (!_export.Wait(Buffer.ExportBackoffPeriod(1)))
        {
            _abort.Cancel();
            _export.Wait(TimeSpan.FromSeconds(1));
        }

        _client.Dispose();
        _abort.Dispose();
    }

    private async Task ExportAsync()
    {
        var batch = new List<LogEventEcsDocument>(Buffer.OutboundBufferMaxSize);
        while (await _events.Reader.WaitToReadAsync())
        {
            await FillAsync(batch);
            try
            {
                await SendAsync(batch);
            }
            catch (Exception exception)
            {
                SelfLog.WriteLine("Log events could not be sent: {0}", exception.Message);
                _options.ExportMaxRetriesCallback?.Invoke(batch);
            }

            batch.Clear();
        }
    }

    // Until the batch is full, its oldest event has waited long enough, or no more will come.
    private async Task FillAsync(List<LogEventEcsDocument> batch)
    {
        using var age = CancellationTokenSource.CreateLinkedTokenSource(_abort.Token);
        age.CancelAfter(Buffer.OutboundBufferMaxLifetime);
        try
        {
            do
            {
                while (batch.Count < Buffer.OutboundBufferMaxSize && _events.Reader.TryRead(out var document))
                {
                    batch.Add(document);
                }
            }
            while (batch.Count < Buffer.OutboundBufferMaxSize && await _events.Reader.WaitToReadAsync(age.Token));
        }
        catch (OperationCanceledException)
        {
            // What there is goes.
        }
    }

    private async Task SendAsync(List<LogEventEcsDocument> batch)
    {
        var body = new ArrayBufferWriter<byte>();
        foreach (var document in batch)
        {
            body.Write("{\"create\":{}}\n"u8);
            body.Write(document.Json.Span);
            body.Write("\n"u8);
        }

        using var content = new ReadOnlyMemoryContent(body.WrittenMemory);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var response = await _client.PostAsync(_path, content, _abort.Token);
        response.EnsureSuccessStatusCode();
    }
}
