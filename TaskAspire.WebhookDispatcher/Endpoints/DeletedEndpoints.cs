using Microsoft.Extensions.Options;
using TaskAspire.WebhookDispatcher.Configuration;
using TaskAspire.WebhookDispatcher.Hosting;
using TaskAspire.WebhookDispatcher.Retention;

namespace TaskAspire.WebhookDispatcher.Endpoints;

/// <summary>Removes endpoints that their owners deleted: first their deliveries with the attempts, of which there can be millions, in small batches with pauses between.</summary>
internal sealed class DeletedEndpoints(
    RemovalBatches batches,
    IOptions<DispatcherOptions> options,
    SchemaGate schema,
    TimeProvider time,
    ILogger<DeletedEndpoints> logger) : PersistentLoop(schema, time, logger)
{
    private const string Deliveries = """
        DELETE FROM webhook_deliveries
        WHERE id IN (
            SELECT d.id
            FROM webhook_endpoints w
            CROSS JOIN LATERAL (
                SELECT id
                FROM webhook_deliveries
                WHERE endpoint_id = w.id
                LIMIT @limit
                FOR UPDATE SKIP LOCKED) d
            WHERE w.deleted_at IS NOT NULL
            LIMIT @limit)
        """;

    // An event that was written meanwhile may have added one, which then goes with it.
    private const string Endpoints = """
        DELETE FROM webhook_endpoints
        WHERE id IN (
            SELECT id
            FROM webhook_endpoints w
            WHERE deleted_at IS NOT NULL AND NOT EXISTS (SELECT FROM webhook_deliveries d WHERE d.endpoint_id = w.id)
            LIMIT @limit
            FOR UPDATE SKIP LOCKED)
        """;

    protected override async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var deliveries = await batches.RemoveAsync(Deliveries, cancellationToken);
            var endpoints = await batches.RemoveAsync(Endpoints, cancellationToken);
            Succeeded();
            if (endpoints > 0)
            {
                Logger.LogInformation("Removed {Endpoints} endpoints that were deleted, with {Deliveries} deliveries", endpoints, deliveries);
            }

            await Task.Delay(options.Value.SweepInterval, Time, cancellationToken);
        }
    }
}
