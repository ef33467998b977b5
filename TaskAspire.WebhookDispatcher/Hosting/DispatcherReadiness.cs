using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace TaskAspire.WebhookDispatcher.Hosting;

/// <summary>Ready once deliveries could be claimed for the first time: the database is there and has its schema.</summary>
internal sealed class DispatcherReadiness : IHealthCheck
{
    private volatile bool _claimed;

    /// <summary>A claim went well.</summary>
    public void Claimed() => _claimed = true;

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(_claimed
            ? HealthCheckResult.Healthy()
            : HealthCheckResult.Unhealthy("Waiting for the database and its schema, which the API's migrator makes."));
}
