using Microsoft.Extensions.Options;
using TaskAspire.Data;
using TaskAspire.WebhookDispatcher.Configuration;
using TaskAspire.WebhookDispatcher.Hosting;

namespace TaskAspire.WebhookDispatcher.Retention;

/// <summary>Removes what is past keeping, in small batches with pauses between, so that it holds up nobody.</summary>
internal sealed class RetentionLoop(
    RemovalBatches batches,
    IOptions<DispatcherOptions> options,
    SchemaGate schema,
    TimeProvider time,
    ILogger<RetentionLoop> logger) : PersistentLoop(schema, time, logger)
{
    // Attempts go with their delivery.
    private static readonly string Deliveries = RemoveOldest("webhook_deliveries", "completed_at", "TRUE");

    private static readonly string Events = RemoveOldest(
        "webhook_events", "occurred_at", "NOT EXISTS (SELECT FROM webhook_deliveries d WHERE d.event_id = e.id)");

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

    protected override async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var deliveries = await RemoveOldestAsync(Deliveries, cancellationToken);
            var events = await RemoveOldestAsync(Events, cancellationToken);
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

    // Along the ids, from the oldest on: they begin with the time they were made at, and what was made later cannot have ended before.
    private static string RemoveOldest(string table, string ended, string and) => $"""
        WITH oldest AS MATERIALIZED (
            SELECT id, {ended} FROM {table} WHERE id > @after AND id < @first_kept ORDER BY id LIMIT @limit
        ), removed AS (
            DELETE FROM {table}
            WHERE id IN (
                SELECT e.id
                FROM {table} e
                WHERE e.id = ANY (ARRAY(SELECT id FROM oldest WHERE {ended} < now() - @retention)) AND {and}
                FOR UPDATE SKIP LOCKED)
            RETURNING id
        )
        SELECT (SELECT count(*) FROM removed)::int, (SELECT count(*) FROM oldest)::int, (SELECT id FROM oldest ORDER BY id DESC LIMIT 1)
        """;

    // What is not past keeping although it is old (it waits, or waited for long) is passed over, once in each round.
    private Task<int> RemoveOldestAsync(string statement, CancellationToken cancellationToken)
    {
        var after = Guid.Empty;
        var firstKept = UuidV7.LeastAt(Time.GetUtcNow() - options.Value.Retention);
        return batches.RunAsync(
            statement,
            async command =>
            {
                command.Parameters.AddWithValue("retention", options.Value.Retention);
                command.Parameters.AddWithValue("after", after);
                command.Parameters.AddWithValue("first_kept", firstKept);
                await using var reader = await command.ExecuteReaderAsync(cancellationToken);
                await reader.ReadAsync(cancellationToken);
                after = reader.IsDBNull(2) ? after : reader.GetGuid(2);
                return (reader.GetInt32(0), reader.GetInt32(1));
            },
            cancellationToken);
    }

    private Task<int> RemoveAsync(string statement, CancellationToken cancellationToken) =>
        batches.RemoveAsync(statement, cancellationToken, ("retention", options.Value.Retention));
}
