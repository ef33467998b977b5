using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using TaskAspire.ServiceDefaults.Configuration;

namespace TaskAspire.ServiceDefaults.Telemetry;

/// <summary>
/// <c>/metrics</c>. With <c>Metrics:Port</c> it is served on that port alone. Without, it is served on the ordinary port, except in
/// Production, where the ordinary port may be public: there it is left out.
/// </summary>
internal static class MetricsEndpoint
{
    public static WebApplicationBuilder AddMetricsPort(this WebApplicationBuilder builder)
    {
        if (Port(builder.Configuration) is { } port)
        {
            builder.WebHost.UseUrls([.. Urls(builder.Configuration), $"http://*:{port}"]);
        }

        return builder;
    }

    public static void MapMetricsEndpoint(this WebApplication app)
    {
        var port = Port(app.Configuration);
        if (port is null && app.Environment.IsProduction())
        {
            return;
        }

        app.MapPrometheusScrapingEndpoint(
                OperationalPaths.Metrics,
                meterProvider: null,
                branch => branch.Use(async (context, next) =>
                {
                    // The port of the connection: a Host header can be made up.
                    if (port is null || context.Connection.LocalPort == port)
                    {
                        await next(context);
                    }
                    else
                    {
                        context.Response.StatusCode = StatusCodes.Status404NotFound;
                    }
                }),
                optionsName: null)
            .ShortCircuit();
    }

    private static int? Port(IConfiguration configuration) =>
        configuration[ConfigurationKeys.MetricsPort] is { Length: > 0 } text
            ? Variables.ParsePort(ConfigurationKeys.MetricsPort, text)
            : null;

    // What the host would listen on by itself; naming one more address replaces it.
    private static IEnumerable<string> Urls(ConfigurationManager configuration)
    {
        if (configuration[ConfigurationKeys.Urls] is { Length: > 0 } urls)
        {
            return urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        }

        var byPorts = Ports("http").Concat(Ports("https")).ToList();
        return byPorts.Count > 0 ? byPorts : ["http://localhost:5000"];

        IEnumerable<string> Ports(string scheme) => (configuration[$"{scheme}_ports"] ?? string.Empty)
            .Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(port => string.Create(CultureInfo.InvariantCulture, $"{scheme}://*:{port}"));
    }
}
