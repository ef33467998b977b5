using Microsoft.Extensions.Options;
using Npgsql;
using TaskAspire.WebhookDispatcher.Configuration;
using TaskAspire.WebhookDispatcher.Hosting;

namespace TaskAspire.WebhookDispatcher.Endpoints;

/// <summary>Removes endpoints that their owners deleted: first their deliveries with the attempts, of which there can be millions, in small batches with pauses between.</summary>
internal sealed class DeletedEndpoints(
    NpgsqlDataSource database,
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

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    protected override async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var deliveries = await RemoveAsync(Deliveries, cancellationToken);
            var endpoints = await RemoveAsync(Endpoints, cancellationToken);
            Succeeded();
            if (endpoints > 0)
            {
                Logger.LogInformation("Removed {Endpoints} endpoints that were deleted, with {Deliveries} deliveries", endpoints, deliveries);
            }

            await Task.Delay(options.Value.SweepInterval, Time, cancellationToken);
        }
    }

    private async Task<int> RemoveAsync(string statement, CancellationToken cancellationToken)
    {
        for (var total = 0; ;)
        {
            await using var command = database.CreateCommand(statement);
            command.Parameters.AddWithValue("limit", options.Value.RetentionBatchSize);
            var removed = await command.ExecuteNonQueryAsync(cancellationToken);
            total += removed;
            if (removed < options.Value.RetentionBatchSize)
            {
                return total;
            }

            await Task.Delay(Pause, Time, cancellationToken);
        }
    }
}
