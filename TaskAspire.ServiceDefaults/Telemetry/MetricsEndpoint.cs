using System.Globalization;
using System.Net;
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
    private const string KestrelEndpoints = "Kestrel:Endpoints";

    public static WebApplicationBuilder AddMetricsPort(this WebApplicationBuilder builder)
    {
        var (port, problem) = Port(builder.Configuration);
        if (problem is not null)
        {
            return builder.AddStartupProblems(problem);
        }

        if (port is null)
        {
            return builder;
        }

        var others = Addresses(builder.Configuration).ToList();
        if (others.Exists(address => Parse(address)?.Port == port))
        {
            return builder.AddStartupProblems($"{ConfigurationKeys.MetricsPort} is {port}, where the service itself listens, so that /metrics would be as public as that. Name another port.");
        }

        // As far as the service itself can be reached, and no farther.
        var host = others.TrueForAll(IsLoopback) ? "127.0.0.1" : "*";
        var own = string.Create(CultureInfo.InvariantCulture, $"http://{host}:{port}");
        if (builder.Configuration.GetSection(KestrelEndpoints).Exists())
        {
            // They replace all other addresses.
            builder.Configuration[$"{KestrelEndpoints}:Metrics:Url"] = own;
        }
        else
        {
            builder.WebHost.UseUrls([.. others, own]);
        }

        return builder;
    }

    public static void MapMetricsEndpoint(this WebApplication app)
    {
        var (port, _) = Port(app.Configuration);
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

    private static (int? Port, string? Problem) Port(IConfiguration configuration)
    {
        try
        {
            return configuration[ConfigurationKeys.MetricsPort] is { Length: > 0 } text ? (Variables.ParsePort(ConfigurationKeys.MetricsPort, text), null) : (null, null);
        }
        catch (InvalidVariableException malformed)
        {
            return (null, malformed.Message);
        }
    }

    private static bool IsLoopback(string address) =>
        Parse(address)?.Host is { } host && (host == "localhost" || (IPAddress.TryParse(host.Trim('[', ']'), out var ip) && IPAddress.IsLoopback(ip)));

    private static BindingAddress? Parse(string address)
    {
        try
        {
            return BindingAddress.Parse(address);
        }
        catch (FormatException)
        {
            // The server says so when it starts.
            return null;
        }
    }

    // What the host would listen on by itself; naming one more address replaces it.
    private static IEnumerable<string> Addresses(ConfigurationManager configuration)
    {
        if (configuration.GetSection(KestrelEndpoints).GetChildren().Select(endpoint => endpoint["Url"]).OfType<string>().ToList() is { Count: > 0 } endpoints)
        {
            return endpoints;
        }

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
