using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using TaskAspire.ServiceDefaults.Configuration;
using TaskAspire.ServiceDefaults.Health;
using TaskAspire.ServiceDefaults.Logging;
using TaskAspire.ServiceDefaults.Resilience;
using TaskAspire.ServiceDefaults.Telemetry;

namespace TaskAspire.ServiceDefaults;

/// <summary>What every service has: configuration variables, logging, telemetry, health, discovery and resilience.</summary>
public static class ServiceDefaultsExtensions
{
    /// <summary>Adds it all. Call it first, so that what follows sees the configuration.</summary>
    public static WebApplicationBuilder AddServiceDefaults(this WebApplicationBuilder builder)
    {
        builder.AddIntegrationVariables();
        builder.AddCertificateFiles();
        builder.AddStartupProblems(ServiceInfo.ProblemsOf(builder.Configuration));
        builder.Services.AddSingleton(ServiceInfo.From(builder.Configuration, builder.Environment));
        builder.AddLoggingDefaults();
        builder.AddTelemetryDefaults();
        builder.AddHealthDefaults();
        builder.AddHttpClientDefaults();
        return builder;
    }

    /// <summary>Maps <c>/health</c>, <c>/alive</c> and <c>/metrics</c>.</summary>
    public static WebApplication MapDefaultEndpoints(this WebApplication app)
    {
        app.MapHealthEndpoints();
        app.MapMetricsEndpoint();
        return app;
    }
}
