using Microsoft.Extensions.Options;
using Npgsql;
using TaskAspire.Data;
using TaskAspire.WebhookDispatcher.Configuration;
using TaskAspire.WebhookDispatcher.Hosting;

namespace TaskAspire.WebhookDispatcher.Endpoints;

/// <summary>
/// Cancels what still waits for endpoints that are disabled, by the dispatcher or by their owner, a bounded batch at a time. Until then the
/// claims pass it over. What is being sent at the moment is left to end by itself.
/// </summary>
internal sealed class DisabledEndpointSweep(
    NpgsqlDataSource database,
    DisabledEndpointsSignal signal,
    IOptions<DispatcherOptions> options,
    SchemaGate schema,
    TimeProvider time,
    ILogger<DisabledEndpointSweep> logger) : PersistentLoop(schema, time, logger)
{
    private const int BatchSize = 1000;

    private const string Cancel = """
        UPDATE webhook_deliveries
        SET state = 3, completed_at = now(), lease_id = NULL, lease_expires_at = NULL, last_error = 'The endpoint is disabled.'
        WHERE id IN (
            SELECT d.id
            FROM webhook_endpoints w
            CROSS JOIN LATERAL (
                SELECT id
                FROM webhook_deliveries
                WHERE endpoint_id = w.id AND state = 0 AND (lease_expires_at IS NULL OR lease_expires_at <= now())
                LIMIT @limit
                FOR UPDATE SKIP LOCKED) d
            WHERE NOT w.enabled
            LIMIT @limit)
        """;

    protected override async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            int cancelled;
            do
            {
                await using var command = database.CreateCommand(Cancel);
                command.Parameters.AddWithValue("limit", BatchSize);
                cancelled = await command.ExecuteNonQueryAsync(cancellationToken);
                if (cancelled > 0)
                {
                    Logger.LogInformation("Cancelled {Count} deliveries to disabled endpoints", cancelled);
                }
            }
            while (cancelled == BatchSize);

            Succeeded();
            await signal.Wake.WaitAsync(options.Value.SweepInterval, Time, cancellationToken);
        }
    }
}

/// <summary>Wakes the sweep.</summary>
internal sealed class DisabledEndpointsSignal
{
    public WakeSignal Wake { get; } = new();
}
