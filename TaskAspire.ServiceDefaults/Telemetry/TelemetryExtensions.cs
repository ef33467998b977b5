using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using TaskAspire.ServiceDefaults.Configuration;

namespace TaskAspire.ServiceDefaults.Telemetry;

/// <summary>
/// Traces, metrics and logs by OpenTelemetry; sent by OTLP when <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> is set; without it no spans are recorded. Where only
/// <c>OTEL_EXPORTER_OTLP_METRICS_ENDPOINT</c> is set, metrics alone are sent.
/// </summary>
internal static class TelemetryExtensions
{
    private const string CountSuffix = ".count";
    private const string OtlpEndpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";
    private const string OtlpMetrics = "OTEL_EXPORTER_OTLP_METRICS_";
    private const string OtlpMetricsEndpoint = OtlpMetrics + "ENDPOINT";

    // Of requests that a service makes. Not whose name or address was asked for: users choose that of webhooks, as many as they like.
    private static readonly string[] ClientTags = ["http.request.method", "http.response.status_code", "http.connection.state", "error.type"];

    public static WebApplicationBuilder AddTelemetryDefaults(this WebApplicationBuilder builder)
    {
        DatabaseMetrics.Start();
        CacheMetrics.Start();
        ProcessMetrics.Start();
        LogMetrics.Start();
        builder.Services.AddSingleton<IStartupFilter, RequestTelemetry.First>();

        var service = ServiceInfo.From(builder.Configuration, builder.Environment);
        var isCollected = UrlOf(builder.Configuration[OtlpEndpoint]) is not null;
        var telemetry = builder.Services.AddOpenTelemetry()
            .ConfigureResource(resource => resource
                .AddService(service.Name, serviceVersion: service.Version)
                .AddAttributes([new("deployment.environment.name", service.Environment)]))
            .WithTracing(tracing =>
            {
                tracing
                    .AddSource("TaskAspire.*", DatabaseMetrics.NpgsqlSource)
                    .AddAspNetCoreInstrumentation(options => options.Filter = context => !OperationalPaths.Contains(context.Request.Path))
                    .AddHttpClientInstrumentation(options => options.EnrichWithHttpRequestMessage = HidePath)
                    .AddProcessor<BackgroundCallFilter>();
                if (!isCollected)
                {
                    // Requests still have trace ids, for logs and receivers; spans that nobody gets are not worth a tenth of a request.
                    tracing.SetSampler<AlwaysOffSampler>();
                }
            })
            .WithMetrics(metrics => metrics
                .AddMeter("TaskAspire.*", DatabaseMetrics.NpgsqlSource)
                .AddAspNetCoreInstrumentation()
                .AddHttpClientInstrumentation()
                .AddRuntimeInstrumentation()
                .AddView(View)
                // The trace of a recent request with each bucket of a histogram, so that a slow one can be looked at: in the log, where traces are not collected.
                .SetExemplarFilter(isCollected ? ExemplarFilterType.TraceBased : ExemplarFilterType.AlwaysOn)
                // The scope as a label of every series would only repeat what the name says.
                .AddPrometheusExporter(options => options.ScopeInfoEnabled = false));

        if (isCollected)
        {
            builder.Logging.AddOpenTelemetry(logging =>
            {
                logging.IncludeFormattedMessage = true;
                logging.IncludeScopes = true;
            });
            telemetry.UseOtlpExporter();
        }
        else if (UrlOf(builder.Configuration[OtlpMetricsEndpoint]) is { } endpoint)
        {
            // Somebody who takes metrics, such as a Prometheus, and nobody for traces. The exporter reads the variables of one signal only where all are sent.
            telemetry.WithMetrics(metrics => metrics.AddOtlpExporter(exporter =>
            {
                exporter.Endpoint = endpoint;
                exporter.Protocol = builder.Configuration[OtlpMetrics + "PROTOCOL"] == "http/protobuf" ? OtlpExportProtocol.HttpProtobuf : OtlpExportProtocol.Grpc;
                exporter.Headers = builder.Configuration[OtlpMetrics + "HEADERS"] ?? exporter.Headers;
            }));
        }

        builder.AddStartupProblems(new[] { OtlpEndpoint, OtlpMetricsEndpoint }
            .Where(name => builder.Configuration[name] is { Length: > 0 } && UrlOf(builder.Configuration[name]) is null)
            .Select(name => $"{name} must be an absolute http:// or https:// URL."));
        return builder.AddMetricsPort();
    }

    private static Uri? UrlOf(string? text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" ? url : null;

    // What lies behind the server's name is for the receiver alone: many webhooks have their secret there.
    private static void HidePath(Activity activity, HttpRequestMessage request)
    {
        if (request.RequestUri is { IsAbsoluteUri: true } address)
        {
            activity.SetTag("url.full", address.GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped) + "/");
        }
    }

    private static MetricStreamConfiguration? View(Instrument instrument) =>
        instrument.Meter.Name.StartsWith("System.Net.", StringComparison.Ordinal) ? new MetricStreamConfiguration { TagKeys = ClientTags }
        : HidesKind(instrument) ? new MetricStreamConfiguration { Name = instrument.Name[..^CountSuffix.Length] + ".number" }
        : null;

    // `promtool check metrics`: in Prometheus `_count` is the suffix of histograms, and db.client.connection.count is a gauge.
    private static bool HidesKind(Instrument instrument) => instrument.Name.EndsWith(CountSuffix, StringComparison.Ordinal) && !IsCounter(instrument.GetType());

    // Those get `_total`, which hides it.
    private static bool IsCounter(Type instrument) =>
        instrument.IsGenericType && instrument.GetGenericTypeDefinition() is var type && (type == typeof(Counter<>) || type == typeof(ObservableCounter<>));
}
