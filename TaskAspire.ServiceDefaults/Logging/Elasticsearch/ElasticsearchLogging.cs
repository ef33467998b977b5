using System.Globalization;
using System.Text.RegularExpressions;
using Elastic.CommonSchema.Serilog;
using Elastic.Ingest.Elasticsearch;
using Elastic.Ingest.Elasticsearch.DataStreams;
using Elastic.Serilog.Sinks;
using Elastic.Transport;
using Elastic.Transport.Products.Elasticsearch;
using Serilog;
using Serilog.Configuration;
using TaskAspire.ServiceDefaults.Configuration;

namespace TaskAspire.ServiceDefaults.Logging.Elasticsearch;

/// <summary>Log events in the Elastic Common Schema, in the data stream <c>logs-taskaspire-{environment}</c>.</summary>
internal static partial class ElasticsearchLogging
{
    /// <summary>Marks events that go to Elasticsearch.</summary>
    public const string SinkProperty = "sink";

    // Longer than Elasticsearch may be away without loss; what passes the time limit of one request is tried again behind the transport.
    private static readonly TimeSpan DeliveryTimeout = TimeSpan.FromDays(7);

    // Under the schema's own names elsewhere in the document.
    private static readonly HashSet<string> Repeated = ["service", "version", "environment", "ConnectionId", SinkProperty];

    /// <param name="sinks">The logger's sinks.</param>
    /// <param name="server">Where to.</param>
    /// <param name="options">How.</param>
    /// <param name="service">Who is speaking.</param>
    /// <param name="report">Who hears of what is lost.</param>
    public static LoggerConfiguration DataStream(
        this LoggerSinkConfiguration sinks, ElasticsearchServer server, ElasticsearchOptions options, ServiceInfo service, DeliveryReport report)
    {
        var delivery = new BulkDelivery(server, options, report, TimeProvider.System);
        var transport = new DistributedTransport(new TransportConfiguration(
            new SingleNodePool(server.Url),
            new HttpRequestInvoker((inner, _) => delivery.CreateHandler(inner)),
            productRegistration: ElasticsearchProductRegistration.Default)
        {
            RequestTimeout = DeliveryTimeout,
            DisableAutomaticProxyDetection = true,
            // What passes through the delivery is taken apart there.
            EnableHttpCompression = false,
        });
        return sinks.Logger(logger => logger
            .MinimumLevel.Verbose()
            .Enrich.WithProperty("ServiceName", service.Name)
            .Enrich.WithProperty("ServiceVersion", service.Version)
            .Enrich.WithProperty("ServiceEnvironment", service.Environment)
            .WriteTo.Sink(LoggerSinkConfiguration.Wrap(static sink => new ThreadPoolSink(sink), to => to.Elasticsearch(new ElasticsearchSinkOptions(transport)
            {
                DataStream = new DataStreamName("logs", "taskaspire", Namespace(service.Environment)),
                // It would install Elastic's templates, and hold the start up while it does; ours are put in place before the first batch.
                BootstrapMethod = BootstrapMethod.None,
                TextFormatting = new EcsTextFormatterConfiguration<LogEventEcsDocument>
                {
                    // The account of the process, in the place of the user who made the request.
                    IncludeUser = false,
                    IncludeProcess = false,
                    LogEventPropertiesToFilter = Repeated,
                    MessageFormatProvider = CultureInfo.InvariantCulture,
                },
                ConfigureChannel = channel => Configure(channel, options, report),
            }))));
    }

    /// <summary>An environment's name as the last part of a data stream's: neither "-" nor what Elasticsearch does not accept in names.</summary>
    internal static string Namespace(string environment) => NotInNames().Replace(environment.ToLowerInvariant(), "_");

    private static void Configure(DataStreamChannelOptions<LogEventEcsDocument> channel, ElasticsearchOptions options, DeliveryReport report)
    {
        channel.DisableDiagnostics = true;
        channel.BufferOptions.InboundBufferMaxSize = options.BufferSize;
        channel.BufferOptions.OutboundBufferMaxSize = Math.Min(options.BatchSize, options.BufferSize);
        channel.BufferOptions.OutboundBufferMaxLifetime = options.BatchAge;
        // While Elasticsearch is away one batch waits for it, not many that all knock.
        channel.BufferOptions.ExportMaxConcurrency = 1;
        // Never asked for between attempts, since there is one; a stop waits as long as it says for the second.
        channel.BufferOptions.ExportBackoffPeriod = _ => options.FlushTimeout;
        channel.PublishToInboundChannelFailureCallback = report.Overflow;
        channel.ExportMaxRetriesCallback = events => report.Drop(events.Count);
    }

    [GeneratedRegex("[^a-z0-9_.]", RegexOptions.CultureInvariant)]
    private static partial Regex NotInNames();
}
