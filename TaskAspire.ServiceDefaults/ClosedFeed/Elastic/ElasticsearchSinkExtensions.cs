using Elastic.CommonSchema.Serilog;
using Elastic.Ingest.Elasticsearch;
using Elastic.Ingest.Elasticsearch.DataStreams;
using Elastic.Transport;
using Serilog;
using Serilog.Configuration;

namespace Elastic.Serilog.Sinks;

/// <summary>Stands in for Elastic.Serilog.Sinks, of which it has what the services call.</summary>
public static class ElasticsearchSinkExtensions
{
    /// <summary>Writes events to a data stream of Elasticsearch, as documents of the Elastic Common Schema.</summary>
    /// <param name="loggerConfiguration">The logger's sinks.</param>
    /// <param name="options">Where to, and how.</param>
    public static LoggerConfiguration Elasticsearch(this LoggerSinkConfiguration loggerConfiguration, ElasticsearchSinkOptions options) =>
        loggerConfiguration.Sink(new ElasticsearchSink(options));
}

/// <summary>Where events are written to, and how.</summary>
/// <param name="transport">What sends the requests.</param>
public sealed class ElasticsearchSinkOptions(ITransport transport)
{
    /// <summary>The data stream.</summary>
    public DataStreamName DataStream { get; set; } = new("logs", "dotnet");

    /// <summary>Whether Elastic's own templates are installed.</summary>
    public BootstrapMethod BootstrapMethod { get; set; }

    /// <summary>Which fields a document gets.</summary>
    public EcsTextFormatterConfiguration<LogEventEcsDocument> TextFormatting { get; set; } = new();

    /// <summary>Changes how events are buffered and sent.</summary>
    public Action<DataStreamChannelOptions<LogEventEcsDocument>>? ConfigureChannel { get; set; }

    internal ITransport Transport { get; } = transport;
}
