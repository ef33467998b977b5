using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using TaskAspire.ServiceDefaults.Configuration;

namespace TaskAspire.ServiceDefaults.Telemetry;

/// <summary>Traces, metrics and logs by OpenTelemetry; sent by OTLP when <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> is set.</summary>
internal static class TelemetryExtensions
{
    public static WebApplicationBuilder AddTelemetryDefaults(this WebApplicationBuilder builder)
    {
        DatabaseMetrics.Start();
        CacheMetrics.Start();
        ProcessMetrics.Start();
        LogMetrics.Start();
        builder.Services.AddSingleton<IStartupFilter, RequestTelemetry.First>();

        var service = ServiceInfo.From(builder.Configuration, builder.Environment);
        var telemetry = builder.Services.AddOpenTelemetry()
            .ConfigureResource(resource => resource
                .AddService(service.Name, serviceVersion: service.Version)
                .AddAttributes([new("deployment.environment.name", service.Environment)]))
            .WithTracing(tracing => tracing
                .AddSource("TaskAspire.*", DatabaseMetrics.NpgsqlSource)
                .AddAspNetCoreInstrumentation(options => options.Filter = context => !OperationalPaths.Contains(context.Request.Path))
                .AddHttpClientInstrumentation())
            .WithMetrics(metrics => metrics
                .AddMeter("TaskAspire.*", DatabaseMetrics.NpgsqlSource)
                .AddAspNetCoreInstrumentation()
                .AddHttpClientInstrumentation()
                .AddRuntimeInstrumentation()
                .AddPrometheusExporter());

        if (builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"] is { Length: > 0 })
        {
            builder.Logging.AddOpenTelemetry(logging =>
            {
                logging.IncludeFormattedMessage = true;
                logging.IncludeScopes = true;
            });
            telemetry.UseOtlpExporter();
        }

        return builder.AddMetricsPort();
    }
}
