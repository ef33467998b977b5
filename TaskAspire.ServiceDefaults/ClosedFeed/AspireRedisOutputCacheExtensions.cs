using Aspire.StackExchange.Redis;
using Microsoft.AspNetCore.OutputCaching.StackExchangeRedis;
using Microsoft.Extensions.DependencyInjection;
using StackExchange.Redis;

namespace Microsoft.Extensions.Hosting;

/// <summary>Stands in for Aspire.StackExchange.Redis.OutputCaching, of which it has what the services call.</summary>
public static class AspireRedisOutputCacheExtensions
{
    /// <summary>Adds one <see cref="IConnectionMultiplexer"/> and the output cache's store on it.</summary>
    /// <param name="builder">The service.</param>
    /// <param name="connectionName">Name of the connection string.</param>
    /// <param name="configureSettings">Changes the settings after they are read from the configuration.</param>
    /// <param name="configureOptions">Changes the client's options after they are read from the connection string and the configuration.</param>
    public static void AddRedisOutputCache(
        this IHostApplicationBuilder builder,
        string connectionName,
        Action<StackExchangeRedisSettings>? configureSettings = null,
        Action<ConfigurationOptions>? configureOptions = null)
    {
        builder.AddRedisClient(connectionName, configureSettings, configureOptions);
        builder.Services.AddStackExchangeRedisOutputCache(static _ => { });
        builder.Services.AddOptions<RedisOutputCacheOptions>().Configure<IServiceProvider>((options, services) =>
            options.ConnectionMultiplexerFactory = () => Task.FromResult(services.GetRequiredService<IConnectionMultiplexer>()));
    }
}
