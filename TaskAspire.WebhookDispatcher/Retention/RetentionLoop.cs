using Microsoft.Extensions.Options;
using Npgsql;
using TaskAspire.WebhookDispatcher.Configuration;
using TaskAspire.WebhookDispatcher.Hosting;

namespace TaskAspire.WebhookDispatcher.Retention;

/// <summary>Removes what is past keeping, in small batches with pauses between, so that it holds up nobody.</summary>
internal sealed class RetentionLoop(
    NpgsqlDataSource database,
    IOptions<DispatcherOptions> options,
    SchemaGate schema,
    TimeProvider time,
    ILogger<RetentionLoop> logger) : PersistentLoop(schema, time, logger)
{
    // Attempts go with their delivery.
    private const string Deliveries = """
        DELETE FROM webhook_deliveries
        WHERE id IN (
            SELECT id
            FROM webhook_deliveries
            WHERE completed_at IS NOT NULL AND completed_at < now() - @retention
            ORDER BY completed_at
            LIMIT @limit
            FOR UPDATE SKIP LOCKED)
        """;

    private const string Events = """
        DELETE FROM webhook_events
        WHERE id IN (
            SELECT e.id
            FROM webhook_events e
            WHERE e.occurred_at < now() - @retention
              AND NOT EXISTS (SELECT FROM webhook_deliveries d WHERE d.event_id = e.id)
            ORDER BY e.occurred_at
            LIMIT @limit
            FOR UPDATE SKIP LOCKED)
        """;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    protected override async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var deliveries = await RemoveAsync(Deliveries, cancellationToken);
            var events = await RemoveAsync(Events, cancellationToken);
            Succeeded();
            if (deliveries + events > 0)
            {
                Logger.LogInformation("Removed {Deliveries} deliveries and {Events} events past retention", deliveries, events);
            }

            await Task.Delay(options.Value.RetentionInterval, Time, cancellationToken);
        }
    }

    private async Task<int> RemoveAsync(string statement, CancellationToken cancellationToken)
    {
        for (var total = 0; ;)
        {
            await using var command = database.CreateCommand(statement);
            command.Parameters.AddWithValue("retention", options.Value.Retention);
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
