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

    private const string Tallies = """
        DELETE FROM webhook_tallies
        WHERE (endpoint_id, starts_at) IN (
            SELECT endpoint_id, starts_at
            FROM webhook_tallies
            WHERE starts_at < now() - greatest(@retention, interval '30 days')
            ORDER BY starts_at
            LIMIT @limit
            FOR UPDATE SKIP LOCKED)
        """;

    // An endpoint that is paused and forgotten must not pile up deliveries for ever. From one that holds some to the next.
    private const string Held = """
        WITH RECURSIVE holding AS (
            (SELECT endpoint_id FROM webhook_deliveries WHERE state = 4 ORDER BY endpoint_id LIMIT 1)
            UNION ALL
            SELECT next.endpoint_id
            FROM holding h
            CROSS JOIN LATERAL (
                SELECT d.endpoint_id FROM webhook_deliveries d WHERE d.state = 4 AND d.endpoint_id > h.endpoint_id ORDER BY d.endpoint_id LIMIT 1) next
        )
        UPDATE webhook_deliveries
        SET state = 3, completed_at = now(), last_error = 'The endpoint was paused for longer than deliveries are kept.'
        WHERE id IN (
            SELECT d.id
            FROM holding h
            CROSS JOIN LATERAL (
                SELECT id
                FROM webhook_deliveries
                WHERE endpoint_id = h.endpoint_id AND state = 4 AND next_attempt_at < now() - @retention
                ORDER BY next_attempt_at
                LIMIT @limit
                FOR UPDATE SKIP LOCKED) d
            LIMIT @limit)
        """;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    protected override async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var deliveries = await RemoveAsync(Deliveries, cancellationToken);
            var events = await RemoveAsync(Events, cancellationToken);
            await RemoveAsync(Tallies, cancellationToken);
            var held = await RemoveAsync(Held, cancellationToken);
            Succeeded();
            if (deliveries + events + held > 0)
            {
                Logger.LogInformation("Removed {Deliveries} deliveries and {Events} events past retention; cancelled {Held} that were held as long", deliveries, events, held);
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
