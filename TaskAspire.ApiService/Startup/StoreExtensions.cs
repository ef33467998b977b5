using TaskAspire.ApiService.Availability;
using TaskAspire.ApiService.Redis;
using TaskAspire.Data;
using TaskAspire.Data.Webhooks;
using TaskAspire.Data.Webhooks.Targets;
using TaskAspire.ServiceDefaults;

namespace TaskAspire.ApiService.Startup;

internal static class StoreExtensions
{
    /// <summary>PostgreSQL and Redis, what both services agree on about webhooks, and the health of all that the API depends on.</summary>
    public static WebApplicationBuilder AddStores(this WebApplicationBuilder builder)
    {
        builder.AddNpgsqlDbContext<TaskDbContext>(
            TaskDatabase.ConnectionName,
            settings => (settings.DisableHealthChecks, settings.DisableRetry) = (true, true),
            TaskDatabase.Configure);
        builder.Services.AddTaskDatabase();
        builder.Services.AddWebhookTargets();
        builder.Services.AddWebhookSigning();
        builder.AddSchemaMigration();
        builder.Services.AddScoped<WriteRehearsal>().AddHostedService<WarmUp>();
        builder.AddRedis();
        builder.Services.AddSingleton<RedisGate>();
        builder.Services.AddActivatedSingleton<RedisGateMetrics>();
        builder.Services.AddHostedService<RedisWatch>();

        builder.AddDatabaseHealthCheck(
            (services, token) => services.GetRequiredService<SchemaHistory>().IsUpToDateAsync(token),
            services => services.GetRequiredService<DatabaseGate>().IsOpen);
        builder.AddRedisHealthCheck();
        builder.AddWebhooksHealthCheck();
        builder.AddElasticsearchHealthCheck();
        return builder;
    }
}
