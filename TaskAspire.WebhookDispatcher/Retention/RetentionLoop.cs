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
    // The least UUIDv7 of the time before which things are past keeping (RFC 9562 §5.7).
    private const string FirstKept = "(lpad(to_hex((extract(epoch FROM now() - @retention) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid";

    // Along the ids, from the oldest on: they begin with the time they were made at, and what was made later cannot have ended before.
    // Attempts go with their delivery.
    private const string Deliveries = $"""
        WITH oldest AS MATERIALIZED (
            SELECT id, completed_at FROM webhook_deliveries WHERE id > @after AND id < {FirstKept} ORDER BY id LIMIT @limit
        ), removed AS (
            DELETE FROM webhook_deliveries
            WHERE id IN (
                SELECT id
                FROM webhook_deliveries
                WHERE id = ANY (ARRAY(SELECT id FROM oldest WHERE completed_at < now() - @retention))
                FOR UPDATE SKIP LOCKED)
            RETURNING id
        )
        SELECT (SELECT count(*) FROM removed)::int, (SELECT count(*) FROM oldest)::int, (SELECT id FROM oldest ORDER BY id DESC LIMIT 1)
        """;

    private const string Events = $"""
        WITH oldest AS MATERIALIZED (
            SELECT id, occurred_at FROM webhook_events WHERE id > @after AND id < {FirstKept} ORDER BY id LIMIT @limit
        ), removed AS (
            DELETE FROM webhook_events
            WHERE id IN (
                SELECT e.id
                FROM webhook_events e
                WHERE e.id = ANY (ARRAY(SELECT id FROM oldest WHERE occurred_at < now() - @retention))
                  AND NOT EXISTS (SELECT FROM webhook_deliveries d WHERE d.event_id = e.id)
                FOR UPDATE SKIP LOCKED)
            RETURNING id
        )
        SELECT (SELECT count(*) FROM removed)::int, (SELECT count(*) FROM oldest)::int, (SELECT id FROM oldest ORDER BY id DESC LIMIT 1)
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

    // What is not past keeping although it is old (it waits, or waited for long) is passed over, once in each round.
    private async Task<int> RemoveOldestAsync(string statement, CancellationToken cancellationToken)
    {
        var after = Guid.Empty;
        for (var total = 0; ;)
        {
            await using var command = database.CreateCommand(statement);
            command.Parameters.AddWithValue("after", after);
            command.Parameters.AddWithValue("retention", options.Value.Retention);
            command.Parameters.AddWithValue("limit", options.Value.RetentionBatchSize);
            await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
            {
                await reader.ReadAsync(cancellationToken);
                total += reader.GetInt32(0);
                if (reader.GetInt32(1) < options.Value.RetentionBatchSize)
                {
                    return total;
                }

                after = reader.GetGuid(2);
            }

            await Task.Delay(Pause, Time, cancellationToken);
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
