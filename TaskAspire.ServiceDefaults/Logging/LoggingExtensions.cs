using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Serilog;
using Serilog.Events;
using Serilog.Formatting;
using Serilog.Formatting.Compact;
using TaskAspire.ServiceDefaults.Configuration;

namespace TaskAspire.ServiceDefaults.Logging;

/// <summary>
/// Serilog: a line per event for people in Development, JSON elsewhere, and on to OpenTelemetry. Levels are those of .NET's
/// <c>Logging:LogLevel</c>, by category.
/// </summary>
internal static class LoggingExtensions
{
    /// <summary>Above the level of the rest unless the configuration says otherwise: they describe each request from the inside.</summary>
    private static readonly Dictionary<string, LogLevel> Quiet = new(StringComparer.Ordinal)
    {
        ["Microsoft"] = LogLevel.Warning,
        ["Microsoft.Hosting.Lifetime"] = LogLevel.Information,
        // What fails in them is thrown, and told by whoever handles it.
        // Who can read the database can read the key ring; encrypting it is up to the operator.
        ["Microsoft.AspNetCore.DataProtection.KeyManagement.XmlKeyManager"] = LogLevel.Error,
        ["Microsoft.AspNetCore.Authentication.JwtBearer"] = LogLevel.None,
        ["Microsoft.EntityFrameworkCore.Database.Command"] = LogLevel.None,
        ["Microsoft.EntityFrameworkCore.Database.Connection"] = LogLevel.None,
        ["Microsoft.EntityFrameworkCore.Query"] = LogLevel.None,
        ["Microsoft.EntityFrameworkCore.Update"] = LogLevel.None,
        // Who asks /health gets the answer; a service that is starting would else log errors until it is ready.
        ["Microsoft.Extensions.Diagnostics.HealthChecks"] = LogLevel.None,
        ["Npgsql"] = LogLevel.Warning,
        ["Polly"] = LogLevel.Warning,
        ["StackExchange.Redis"] = LogLevel.Warning,
        ["System.Net.Http"] = LogLevel.Warning,
    };

    public static WebApplicationBuilder AddLoggingDefaults(this WebApplicationBuilder builder)
    {
        // Serilog writes on to the providers that are added later; the host's own console would say everything twice.
        builder.Logging.ClearProviders();
        builder.Services.AddSerilog(
            (services, logger) => Configure(logger, services.GetRequiredService<IConfiguration>(), services.GetRequiredService<IHostEnvironment>(), services),
            preserveStaticLogger: true,
            writeToProviders: true);
        return builder;
    }

    private static void Configure(LoggerConfiguration logger, IConfiguration configuration, IHostEnvironment environment, IServiceProvider services)
    {
        var service = services.GetRequiredService<ServiceInfo>();
        var levels = new Dictionary<string, LogLevel>(Quiet, StringComparer.Ordinal);
        foreach (var (category, text) in configuration.GetSection("Logging:LogLevel").AsEnumerable(makePathsRelative: true))
        {
            if (Enum.TryParse<LogLevel>(text, ignoreCase: true, out var level))
            {
                levels[category] = level;
            }
        }

        logger.MinimumLevel.Is(Level(levels.GetValueOrDefault("Default", LogLevel.Information)));
        foreach (var (category, level) in levels.Where(entry => entry.Key != "Default"))
        {
            logger.MinimumLevel.Override(category, Level(level));
        }

        logger.Enrich.FromLogContext()
            .Enrich.WithProperty("service", service.Name)
            .Enrich.WithProperty("version", service.Version)
            .Enrich.WithProperty("environment", service.Environment)
            .Filter.ByExcluding(IsRepeatedRedisFailure)
            .WriteTo.Console(Formatter(environment));
    }

    // While Redis is down its client says so at each attempt to reconnect, twice a second. That it went down stays in the log
    // ("Connection failed"), and so does each command that failed.
    private static bool IsRepeatedRedisFailure(LogEvent logEvent) =>
        logEvent.Properties.TryGetValue("EventId", out var id)
        && id is StructureValue { Properties: var properties }
        && properties.Any(property => property.Name == "Name" && property.Value is ScalarValue { Value: "LogErrorConnectionIssue" });

    private static ITextFormatter Formatter(IHostEnvironment environment) =>
        environment.IsDevelopment() ? new LineFormatter(colours: !Console.IsOutputRedirected) : new RenderedCompactJsonFormatter();

    // Serilog has no level for "nothing"; one above its highest does it.
    private static LogEventLevel Level(LogLevel level) => (LogEventLevel)level;
}
