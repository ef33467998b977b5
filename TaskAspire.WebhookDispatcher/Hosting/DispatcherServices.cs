using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using TaskAspire.Data;
using TaskAspire.Data.Webhooks;
using TaskAspire.Data.Webhooks.Targets;
using TaskAspire.ServiceDefaults;
using TaskAspire.ServiceDefaults.Configuration;
using TaskAspire.WebhookDispatcher.Configuration;
using TaskAspire.WebhookDispatcher.Deliveries;
using TaskAspire.WebhookDispatcher.Endpoints;
using TaskAspire.WebhookDispatcher.Reminders;
using TaskAspire.WebhookDispatcher.Retention;
using TaskAspire.WebhookDispatcher.Sending;
using TaskAspire.WebhookDispatcher.Signing;
using TaskAspire.WebhookDispatcher.Telemetry;
using TaskAspire.WebhookDispatcher.Wakeups;

namespace TaskAspire.WebhookDispatcher.Hosting;

/// <summary>The parts of the dispatcher, one method each. <c>Program.cs</c> reads as the list of them.</summary>
internal static class DispatcherServices
{
    /// <summary>PostgreSQL, and its health: not ready before the schema is there, which the API's migrator makes.</summary>
    public static WebApplicationBuilder AddStore(this WebApplicationBuilder builder)
    {
        builder.AddNpgsqlDbContext<TaskDbContext>(
            TaskDatabase.ConnectionName,
            settings => (settings.DisableHealthChecks, settings.DisableRetry) = (true, true),
            TaskDatabase.Configure);
        builder.Services.AddTaskDatabase();
        builder.AddDatabaseHealthCheck((services, token) => services.GetRequiredService<SchemaHistory>().IsUpToDateAsync(token));
        return builder;
    }

    /// <summary>Options, clock, randomness and telemetry.</summary>
    public static IServiceCollection AddDispatcherFoundations(this IServiceCollection services)
    {
        services.AddSettings<DispatcherOptions>(DispatcherOptions.Section);
        services.AddSingleton<IValidateOptions<DispatcherOptions>, DispatcherOptionsValidator>();
        services.Configure<HostOptions>(host =>
        {
            host.ShutdownTimeout = DeliveryPump.StopTimeout;
            // Stopped one after the other, those that end late would leave the pump no time.
            host.ServicesStopConcurrently = true;
        });
        services.ReadKeyRingBehindStart();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(Random.Shared);
        services.AddSingleton<DispatcherTelemetry>();
        services.AddSingleton<SchemaGate>();
        return services;
    }

    /// <summary>The connection that hears of new work, and the signals it sets.</summary>
    public static IServiceCollection AddWakeups(this IServiceCollection services)
    {
        services.AddSingleton<DeliveriesSignal>();
        services.AddSingleton<DueTimesSignal>();
        services.AddSingleton<EndpointsSignal>();
        services.AddHostedService<NotificationListener>();
        return services;
    }

    /// <summary>What time sets off: reminders and overdue tasks become events.</summary>
    public static IServiceCollection AddDueTimes(this IServiceCollection services)
    {
        services.AddSingleton<DueReminders>();
        services.AddSingleton<OverdueTasks>();
        services.AddHostedService<DueTimesLoop>();
        return services;
    }

    /// <summary>Signing and sending: the guarded HTTP client, and one attempt made with it.</summary>
    public static IServiceCollection AddSending(this IServiceCollection services)
    {
        services.AddWebhookTargets();
        services.AddWebhookSigning();
        services.AddWebhookHttpClient();
        services.AddSingleton(provider => UserAgent.Of(provider.GetRequiredService<ServiceInfo>()));
        services.AddSingleton<StoredSecrets>();
        services.AddHostedService<WarmUp>();
        services.AddSingleton<EndpointCredentialsReader>();
        services.AddSingleton<WebhookSender>();
        return services;
    }

    /// <summary>Claiming, lanes, attempts and recording.</summary>
    public static IServiceCollection AddDeliveries(this IServiceCollection services)
    {
        services.AddSingleton<RetrySchedule>();
        services.AddSingleton<DeliveryClaims>();
        services.AddSingleton<HeldDeliveries>();
        services.AddSingleton<LeaseRenewal>();
        services.AddSingleton<DeliveryLanes>();
        services.AddSingleton<DeliveryAttempts>();
        services.AddSingleton<DeliveryRecords>();
        services.AddSingleton<DeliveryRecorder>();
        services.AddSingleton<EndpointHealth>();
        services.AddHostedService<DeliveryPump>();
        services.AddHostedService<EndpointSweep>();
        return services;
    }

    /// <summary>What runs beside: the queue's gauges, and removal of what is past keeping.</summary>
    public static IServiceCollection AddUpkeep(this IServiceCollection services)
    {
        services.AddHostedService<QueueSampler>();
        services.AddSingleton<RemovalBatches>();
        services.AddHostedService<RetentionLoop>();
        services.AddHostedService<DeletedEndpoints>();
        return services;
    }
}
