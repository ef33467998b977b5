using Microsoft.Extensions.Options;
using Npgsql;
using TaskAspire.WebhookDispatcher.Configuration;
using TaskAspire.WebhookDispatcher.Hosting;
using TaskAspire.WebhookDispatcher.Wakeups;

namespace TaskAspire.WebhookDispatcher.Endpoints;

/// <summary>
/// Makes deliveries follow their endpoints, a bounded batch at a time: what waits for a disabled one is cancelled, what waits for a paused one is
/// held, and what was held goes on its way when it is resumed, oldest first. Until then the claims pass it over. What is being sent at the
/// moment is left to finish.
/// </summary>
internal sealed class EndpointSweep(
    NpgsqlDataSource database,
    EndpointsSignal signal,
    DeliveriesSignal deliveries,
    IOptions<DispatcherOptions> options,
    SchemaGate schema,
    TimeProvider time,
    ILogger<EndpointSweep> logger) : PersistentLoop(schema, time, logger)
{
    private const int BatchSize = 1000;

    // One for each state: together neither index would serve.
    internal static readonly string CancelPending = Cancel(0, "(lease_expires_at IS NULL OR lease_expires_at <= now())");
    internal static readonly string CancelHeld = Cancel(4, "TRUE");

    // They go by the times they were held at, so that they are claimed in their order; what was going to be retried later need not wait any more.
    internal static readonly string Release = $"""
        {EndpointsWith(4)}
        UPDATE webhook_deliveries
        SET state = 0, next_attempt_at = least(next_attempt_at, now())
        WHERE id IN (
            SELECT d.id
            FROM waiting
            JOIN webhook_endpoints w ON w.id = waiting.endpoint_id
            CROSS JOIN LATERAL (
                SELECT id
                FROM webhook_deliveries
                WHERE endpoint_id = w.id AND state = 4
                ORDER BY next_attempt_at
                LIMIT @limit
                FOR UPDATE SKIP LOCKED) d
            WHERE w.paused_at IS NULL AND w.enabled
            LIMIT @limit)
        """;

    internal const string Hold = """
        UPDATE webhook_deliveries
        SET state = 4, lease_id = NULL, lease_expires_at = NULL
        WHERE id IN (
            SELECT d.id
            FROM webhook_endpoints w
            CROSS JOIN LATERAL (
                SELECT id
                FROM webhook_deliveries
                WHERE endpoint_id = w.id AND state = 0 AND (lease_expires_at IS NULL OR lease_expires_at <= now())
                LIMIT @limit
                FOR UPDATE SKIP LOCKED) d
            WHERE w.paused_at IS NOT NULL AND w.enabled
            LIMIT @limit)
        """;

    // From one endpoint that has some to the next (a loose index scan): of endpoints there are many, and of disabled ones ever more.
    private static string EndpointsWith(int state) => $"""
        WITH RECURSIVE waiting AS (
            (SELECT endpoint_id FROM webhook_deliveries WHERE state = {state} ORDER BY endpoint_id, next_attempt_at LIMIT 1)
            UNION ALL
            SELECT next.endpoint_id
            FROM waiting
            CROSS JOIN LATERAL (
                SELECT d.endpoint_id
                FROM webhook_deliveries d
                WHERE d.state = {state} AND d.endpoint_id > waiting.endpoint_id
                ORDER BY d.endpoint_id, d.next_attempt_at
                LIMIT 1) next
        )
        """;

    private static string Cancel(int state, string and) => $"""
        {EndpointsWith(state)}
        UPDATE webhook_deliveries
        SET state = 3, completed_at = now(), lease_id = NULL, lease_expires_at = NULL, last_error = 'The endpoint is disabled.'
        WHERE id IN (
            SELECT d.id
            FROM waiting
            JOIN webhook_endpoints w ON w.id = waiting.endpoint_id
            CROSS JOIN LATERAL (
                SELECT id
                FROM webhook_deliveries
                WHERE endpoint_id = w.id AND state = {state} AND {and}
                LIMIT @limit
                FOR UPDATE SKIP LOCKED) d
            WHERE NOT w.enabled AND w.deleted_at IS NULL
            LIMIT @limit)
        """;

    protected override async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await SweepAsync("Cancelled", CancelPending, cancellationToken);
            await SweepAsync("Cancelled", CancelHeld, cancellationToken);
            await SweepAsync("Held", Hold, cancellationToken);
            await SweepAsync("Released", Release, cancellationToken);
            Succeeded();
            await signal.Wake.WaitAsync(options.Value.SweepInterval, Time, cancellationToken);
        }
    }

    private async Task SweepAsync(string done, string statement, CancellationToken cancellationToken)
    {
        int count;
        do
        {
            await using var command = database.CreateCommand(statement);
            command.Parameters.AddWithValue("limit", BatchSize);
            count = await command.ExecuteNonQueryAsync(cancellationToken);
            if (count > 0)
            {
                Logger.LogInformation("{Done} {Count} deliveries, as their endpoints are", done, count);
                deliveries.Wake.Set();
            }
        }
        while (count == BatchSize);
    }
}
