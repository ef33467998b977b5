using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;
using StackExchange.Redis;
using TaskAspire.ServiceDefaults.Health;
using TaskAspire.ServiceDefaults.Resilience;

namespace TaskAspire.ServiceDefaults;

/// <summary>The dependencies that a service's <c>/health</c> answers for. Each check takes at most 2 seconds; they run side by side.</summary>
public static class HealthCheckExtensions
{
    /// <summary>
    /// <c>database</c>, critical: the <see cref="NpgsqlDataSource"/> of the container answers <c>SELECT 1</c> and, where
    /// <paramref name="isReady"/> is given, has said once that it is ready (its migrations are applied).
    /// </summary>
    /// <param name="builder">The service.</param>
    /// <param name="isReady">Asked in a scope of its own until it answers true.</param>
    /// <param name="isInUse">Asked each time: whether the service itself takes the database for one that answers.</param>
    public static WebApplicationBuilder AddDatabaseHealthCheck(
        this WebApplicationBuilder builder,
        Func<IServiceProvider, CancellationToken, Task<bool>>? isReady = null,
        Func<IServiceProvider, bool>? isInUse = null)
    {
        var probe = new DatabaseProbe(isReady, isInUse);
        return builder.AddDependency(HealthCheckNames.Database, HealthStatus.Unhealthy, probe.FindProblemAsync);
    }

    /// <summary><c>redis</c>, critical: the <see cref="IConnectionMultiplexer"/> of the container answers a ping.</summary>
    public static WebApplicationBuilder AddRedisHealthCheck(this WebApplicationBuilder builder) =>
        builder.AddDependency(HealthCheckNames.Redis, HealthStatus.Unhealthy, RedisProbe.FindProblemAsync);

    /// <summary>
    /// <c>webhooks</c>: the dispatcher, found by service discovery, answers <c>/alive</c>. Degraded when it does not, and when no
    /// address of it is configured (<c>services:webhookdispatcher:http:0</c>).
    /// </summary>
    public static WebApplicationBuilder AddWebhooksHealthCheck(this WebApplicationBuilder builder)
    {
        // A retry would outlive the check.
        builder.Services.AddHttpClient(DispatcherProbe.HttpClientName, client => client.BaseAddress = DispatcherProbe.Address).WithoutResilience();
        return builder.AddDependency(HealthCheckNames.Webhooks, HealthStatus.Degraded, DispatcherProbe.FindProblemAsync);
    }

    /// <summary><c>elasticsearch</c>: answers with our credentials, else degraded. Healthy when none is configured: nothing is missing.</summary>
    public static WebApplicationBuilder AddElasticsearchHealthCheck(this WebApplicationBuilder builder)
    {
        builder.Services.AddHttpClient(ElasticsearchProbe.HttpClientName).WithoutResilience();
        return builder.AddDependency(HealthCheckNames.Elasticsearch, HealthStatus.Degraded, ElasticsearchProbe.FindProblemAsync);
    }

    private static WebApplicationBuilder AddDependency(
        this WebApplicationBuilder builder,
        string name,
        HealthStatus whenDown,
        Func<IServiceProvider, CancellationToken, Task<string?>> findProblem)
    {
        builder.Services.AddHealthChecks().Add(new HealthCheckRegistration(
            name,
            services => new DependencyCheck(cancellationToken => findProblem(services, cancellationToken)),
            whenDown,
            tags: null));
        return builder;
    }
}
