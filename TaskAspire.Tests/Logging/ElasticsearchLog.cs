using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Serilog;
using TaskAspire.ServiceDefaults.Configuration;
using TaskAspire.ServiceDefaults.Logging.Elasticsearch;
using ILogger = Microsoft.Extensions.Logging.ILogger;

namespace TaskAspire.Tests.Logging;

/// <summary>The way to Elasticsearch as a service has it, in a hurry and with nothing else around it.</summary>
internal sealed class ElasticsearchLog : IAsyncDisposable
{
    /// <summary>The same in all of a process: Elastic's package keeps what it knows of the service once, for all sinks.</summary>
    public static readonly ServiceInfo Service = new("web", "2.1.0", "Testing");

    private readonly Serilog.Core.Logger _logger;
    private readonly DeliveryReport _report;
    private readonly Recorder _said = new();

    public ElasticsearchLog(Uri url, Action<ElasticsearchOptions>? configure = null)
    {
        var options = new ElasticsearchOptions
        {
            Url = url,
            BatchAge = TimeSpan.FromSeconds(1),
            RetryDelay = TimeSpan.FromMilliseconds(50),
            MaxRetryDelay = TimeSpan.FromMilliseconds(200),
        };
        configure?.Invoke(options);
        _report = new DeliveryReport(() => _said, options, TimeProvider.System);
        _logger = new LoggerConfiguration()
            .MinimumLevel.Verbose()
            .WriteTo.DataStream(ElasticsearchServer.From(options)!, options, Service, _report)
            .CreateLogger();
    }

    /// <summary>Events that were lost.</summary>
    public long Dropped => _report.Dropped;

    /// <summary>What was said about it.</summary>
    public IReadOnlyCollection<string> Said => _said.Lines;

    public Serilog.ILogger Logger => _logger;

    /// <summary>Writes events with the messages 0, 1, …</summary>
    public void Write(int count)
    {
        for (var i = 0; i < count; i++)
        {
            _logger.Information("{Number}", i);
        }
    }

    /// <summary>Writes what is left, as a service does that stops.</summary>
    public ValueTask DisposeAsync() => _logger.DisposeAsync();

    private sealed class Recorder : ILogger
    {
        public ConcurrentQueue<string> Lines { get; } = new();

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Enqueue($"{logLevel}: {formatter(state, exception)}");
    }
}
