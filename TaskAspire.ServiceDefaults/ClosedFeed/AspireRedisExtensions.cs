using Aspire.StackExchange.Redis;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Microsoft.Extensions.Hosting;

/// <summary>Stands in for Aspire.StackExchange.Redis, of which it has what the services call.</summary>
public static class AspireRedisExtensions
{
    private const string Section = "Aspire:StackExchange:Redis";

    /// <summary>Adds one <see cref="IConnectionMultiplexer"/> with health check and traces.</summary>
    /// <param name="builder">The service.</param>
    /// <param name="connectionName">Name of the connection string.</param>
    /// <param name="configureSettings">Changes the settings after they are read from the configuration.</param>
    /// <param name="configureOptions">Changes the client's options after they are read from the connection string and the configuration.</param>
    public static void AddRedisClient(
        this IHostApplicationBuilder builder,
        string connectionName,
        Action<StackExchangeRedisSettings>? configureSettings = null,
        Action<ConfigurationOptions>? configureOptions = null)
    {
        var settings = new StackExchangeRedisSettings();
        var section = builder.Configuration.GetSection(Section);
        var named = section.GetSection(connectionName);
        section.Bind(settings);
        named.Bind(settings);
        settings.ConnectionString = builder.Configuration.GetConnectionString(connectionName) ?? settings.ConnectionString;
        configureSettings?.Invoke(settings);

        builder.Services.RemoveAll<IOptionsFactory<ConfigurationOptions>>();
        builder.Services.AddTransient<IOptionsFactory<ConfigurationOptions>>(services => new ParsedOptionsFactory(settings.ConnectionString, services));
        builder.Services.Configure<ConfigurationOptions>(options =>
        {
            section.GetSection("ConfigurationOptions").Bind(options);
            named.GetSection("ConfigurationOptions").Bind(options);
            configureOptions?.Invoke(options);
        });
        builder.Services.AddSingleton<IConnectionMultiplexer>(Connect);
        if (!settings.DisableAutoActivation)
        {
            builder.Services.ActivateSingleton<IConnectionMultiplexer>();
        }

        if (!settings.DisableTracing)
        {
            builder.Services.AddSingleton<RedisTraces>();
            builder.Services.AddOpenTelemetry().WithTracing(tracing => tracing.AddSource(RedisTraces.SourceName));
        }

        if (!settings.DisableHealthChecks)
        {
            builder.Services.AddHealthChecks().Add(new HealthCheckRegistration(
                "StackExchange.Redis", services => new PingCheck(services), failureStatus: null, tags: null));
        }
    }

    private static ConnectionMultiplexer Connect(IServiceProvider services)
    {
        var options = services.GetRequiredService<IOptions<ConfigurationOptions>>().Value;
        options.LoggerFactory ??= services.GetService<ILoggerFactory>();
        var connection = ConnectionMultiplexer.Connect(options);
        services.GetService<RedisTraces>()?.Attach(connection);
        return connection;
    }

    private sealed class ParsedOptionsFactory(string? connectionString, IServiceProvider services) : OptionsFactory<ConfigurationOptions>(
        services.GetServices<IConfigureOptions<ConfigurationOptions>>(),
        services.GetServices<IPostConfigureOptions<ConfigurationOptions>>(),
        services.GetServices<IValidateOptions<ConfigurationOptions>>())
    {
        protected override ConfigurationOptions CreateInstance(string name)
        {
            var options = connectionString is null ? base.CreateInstance(name) : ConfigurationOptions.Parse(connectionString);
            options.AbortOnConnectFail = false;
            return options;
        }
    }

    private sealed class PingCheck(IServiceProvider services) : IHealthCheck
    {
        public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext check, CancellationToken cancellationToken = default)
        {
            await services.GetRequiredService<IConnectionMultiplexer>().GetDatabase().PingAsync().WaitAsync(cancellationToken);
            return HealthCheckResult.Healthy();
        }
    }
}
