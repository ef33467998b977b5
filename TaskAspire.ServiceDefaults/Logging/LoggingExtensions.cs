using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Serilog;
using Serilog.Events;
using Serilog.Formatting.Compact;
using TaskAspire.ServiceDefaults.Configuration;
using TaskAspire.ServiceDefaults.Logging.Elasticsearch;

namespace TaskAspire.ServiceDefaults.Logging;

/// <summary>
/// Serilog: a line per event for people in Development, JSON elsewhere, on to OpenTelemetry and, where one is configured, to Elasticsearch.
/// Levels are those of .NET's <c>Logging:LogLevel</c>, by category.
/// </summary>
internal static class LoggingExtensions
{
    private const string LevelSection = "Logging:LogLevel";
    private const string DefaultCategory = "Default";

    /// <summary>Above the level of the rest unless the configuration says otherwise: they describe each request from the inside.</summary>
    private static readonly Dictionary<string, LogLevel> Quiet = new(StringComparer.Ordinal)
    {
        ["Microsoft"] = LogLevel.Warning,
        ["Microsoft.Hosting.Lifetime"] = LogLevel.Information,
        // Whoever can read the database can read the key ring; encrypting it is up to the operator.
        ["Microsoft.AspNetCore.DataProtection.KeyManagement.XmlKeyManager"] = LogLevel.Error,
        // What fails in these is thrown, and told by whoever handles it.
        ["Microsoft.AspNetCore.DataProtection.KeyManagement.KeyRingProvider"] = LogLevel.None,
        ["Microsoft.AspNetCore.Authentication.JwtBearer"] = LogLevel.None,
        // The framework's words under a name of ours: a request that is refused has its line already.
        ["TaskAspire.ApiService.ApiKeys.ApiKeyHandler"] = LogLevel.Warning,
        // Its loop removes entries by their tags, of which there are none here, and warns at each stop that it was disposed of.
        ["Microsoft.AspNetCore.OutputCaching.StackExchangeRedis"] = LogLevel.Error,
        ["Microsoft.EntityFrameworkCore.Database.Command"] = LogLevel.None,
        ["Microsoft.EntityFrameworkCore.Database.Connection"] = LogLevel.None,
        ["Microsoft.EntityFrameworkCore.Query"] = LogLevel.None,
        ["Microsoft.EntityFrameworkCore.Database.Transaction"] = LogLevel.None,
        ["Microsoft.EntityFrameworkCore.Update"] = LogLevel.None,
        // Whoever asks /health gets the answer; otherwise a service that is starting would log errors until it is ready.
        ["Microsoft.Extensions.Diagnostics.HealthChecks"] = LogLevel.None,
        ["Npgsql"] = LogLevel.Warning,
        ["Polly"] = LogLevel.Warning,
        ["StackExchange.Redis"] = LogLevel.Warning,
        ["System.Net.Http"] = LogLevel.Warning,
    };

    /// <summary>
    /// Below this they quote what clients send and what is sent to others: paths with their queries, headers, addresses of webhooks.
    /// Outside Development no setting brings that into the log.
    /// </summary>
    private static readonly Dictionary<string, LogLevel> Limits = new(StringComparer.Ordinal)
    {
        ["Microsoft.AspNetCore"] = LogLevel.Warning,
        ["System.Net.Http"] = LogLevel.Warning,
    };

    public static WebApplicationBuilder AddLoggingDefaults(this WebApplicationBuilder builder)
    {
        builder.Services.AddSettings<ElasticsearchOptions>(ElasticsearchOptions.Section)
            .Validate(options => options.Url is null or { IsAbsoluteUri: true, Scheme: "http" or "https" }, "Elasticsearch:Url must be an absolute http:// or https:// URL.");
        builder.AddStartupProblems(Configured(builder.Configuration).Where(entry => entry.Level is null)
            .Select(entry => $"{LevelSection}:{entry.Category} must be one of {string.Join(", ", Enum.GetNames<LogLevel>())}."));
        // Serilog writes on to the providers that are added later; the host's own console would say everything twice.
        builder.Logging.ClearProviders();
        builder.Services.AddSerilog(
            (services, logger) => Configure(logger, services.GetRequiredService<IConfiguration>(), services.GetRequiredService<IHostEnvironment>(), services),
            preserveStaticLogger: true,
            writeToProviders: true);
        CachedLoggerFactory.Add(builder.Services);
        return builder;
    }

    private static void Configure(LoggerConfiguration logger, IConfiguration configuration, IHostEnvironment environment, IServiceProvider services)
    {
        var service = services.GetRequiredService<ServiceInfo>();
        var levels = Levels(configuration, environment);
        logger.MinimumLevel.Is(Level(levels.GetValueOrDefault(DefaultCategory, LogLevel.Information)));
        foreach (var (category, level) in levels.Where(entry => !entry.Key.Equals(DefaultCategory, StringComparison.OrdinalIgnoreCase)))
        {
            logger.MinimumLevel.Override(category, Level(level));
        }

        logger.Enrich.FromLogContext()
            .Enrich.With<WithoutRequestPath>()
            .Enrich.WithProperty("service", service.Name)
            .Enrich.WithProperty("version", service.Version)
            .Enrich.WithProperty("environment", service.Environment)
            .Filter.ByExcluding(IsRepeatedRedisFailure);
        if (environment.IsDevelopment())
        {
            logger.WriteTo.Console(new LineFormatter(colours: !Console.IsOutputRedirected));
        }
        else
        {
            logger.WriteTo.Sink(new BackgroundConsole(new RenderedCompactJsonFormatter(), Console.OpenStandardOutput()));
        }

        if (Options(services) is { } options && ElasticsearchServer.From(options) is { } server)
        {
            var report = new DeliveryReport(() => services.GetRequiredService<ILogger<DeliveryReport>>(), options, TimeProvider.System);
            // Tells collectors of the console that these events need not be sent a second time (ops/logstash).
            logger.Enrich.WithProperty(ElasticsearchLogging.SinkProperty, "elasticsearch")
                .WriteTo.DataStream(server, options, service, report);
        }
    }

    private static Dictionary<string, LogLevel> Levels(IConfiguration configuration, IHostEnvironment environment)
    {
        // However a variable spells them: in capitals, often.
        var levels = new Dictionary<string, LogLevel>(Quiet, StringComparer.OrdinalIgnoreCase);
        foreach (var (category, level) in Configured(configuration))
        {
            if (level is { } known)
            {
                levels[category] = known;
            }
        }

        foreach (var (category, limit) in environment.IsDevelopment() ? [] : Limits)
        {
            levels.TryAdd(category, Inherited(levels, category));
            foreach (var inner in levels.Keys.Where(key => key == category || key.StartsWith(category + ".", StringComparison.Ordinal)).ToList())
            {
                levels[inner] = levels[inner] < limit ? limit : levels[inner];
            }
        }

        return levels;
    }

    /// <summary>What is configured; a level that is none of .NET's is null, and keeps the service from starting.</summary>
    private static IEnumerable<(string Category, LogLevel? Level)> Configured(IConfiguration configuration) =>
        configuration.GetSection(LevelSection).AsEnumerable(makePathsRelative: true)
            .Where(entry => !string.IsNullOrEmpty(entry.Value))
            .Select(entry => (entry.Key, Enum.TryParse<LogLevel>(entry.Value, ignoreCase: true, out var level) && Enum.IsDefined(level) ? level : (LogLevel?)null));

    /// <summary>The level of a category that is not configured: that of what it is a part of.</summary>
    private static LogLevel Inherited(Dictionary<string, LogLevel> levels, string category) => levels
        .Where(entry => category.StartsWith(entry.Key + ".", StringComparison.Ordinal))
        .OrderBy(entry => entry.Key.Length)
        .Select(entry => entry.Value)
        .LastOrDefault(levels.GetValueOrDefault(DefaultCategory, LogLevel.Information));

    // Options that are wrong stop the start, which says so; until then there is the console.
    private static ElasticsearchOptions? Options(IServiceProvider services)
    {
        try
        {
            return services.GetRequiredService<IOptions<ElasticsearchOptions>>().Value;
        }
        catch (OptionsValidationException)
        {
            return null;
        }
    }

    // While Redis is down its client says so at each attempt to reconnect, twice a second. That it went down stays in the log
    // ("Connection failed"), and so does each command that failed.
    private static bool IsRepeatedRedisFailure(LogEvent logEvent) =>
        logEvent.Properties.TryGetValue("EventId", out var id)
        && id is StructureValue { Properties: var properties }
        && properties.Any(property => property.Name == "Name" && property.Value is ScalarValue { Value: "LogErrorConnectionIssue" });

    // Serilog has no level for "nothing"; one above its highest does it.
    private static LogEventLevel Level(LogLevel level) => (LogEventLevel)level;
}
