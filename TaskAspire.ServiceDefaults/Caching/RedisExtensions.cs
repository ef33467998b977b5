using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using StackExchange.Redis;
using TaskAspire.ServiceDefaults.Caching;
using TaskAspire.ServiceDefaults.Configuration;
using TaskAspire.ServiceDefaults.Telemetry;

namespace TaskAspire.ServiceDefaults;

/// <summary>How a service is joined to Redis.</summary>
public static class RedisExtensions
{
    /// <summary>The name of the connection string.</summary>
    public const string ConnectionName = "cache";

    /// <summary>
    /// Adds the one <see cref="IConnectionMultiplexer"/> and the output cache's store on it. The service starts and stays up while
    /// Redis is down: commands then fail at once with <see cref="RedisConnectionException"/> or <see cref="RedisTimeoutException"/>.
    /// </summary>
    public static WebApplicationBuilder AddRedis(this WebApplicationBuilder builder)
    {
        builder.AddRedisOutputCache(
            ConnectionName,
            settings =>
            {
                // Ours says `redis` and has a time limit.
                settings.DisableHealthChecks = true;
                // At the start, so that no request is the one that waits for the first connection.
                settings.DisableAutoActivation = false;
            },
            options => Configure(options, builder.Configuration));
        builder.Services.AddSettings<RedisOptions>(RedisOptions.Section).Services.AddSingleton<IValidateOptions<RedisOptions>, RedisOptionsValidator>();
        builder.Services.AddActivatedSingleton<RedisMetrics>();
        return builder;
    }

    private static void Configure(ConfigurationOptions options, ConfigurationManager configuration)
    {
        options.Defaults = new RedisDefaults();
        // Aspire's generated binder writes back what it read before these defaults were set; a connection string has no word for it.
        options.BacklogPolicy = options.Defaults.BacklogPolicy;
        // Not threads of its own: an answer is handed from one thread to the next once less. What those are for, a pool whose threads all
        // wait for Redis, cannot happen where nothing waits synchronously.
        options.SocketManager = SocketManager.ThreadPool;
        if (string.IsNullOrEmpty(options.User) && configuration[ConfigurationKeys.RedisUser] is { } user)
        {
            options.User = user;
        }

        if (string.IsNullOrEmpty(options.Password) && configuration[ConfigurationKeys.RedisPassword] is { } password)
        {
            options.Password = password;
        }
    }
}
