using Microsoft.Extensions.Options;
using Npgsql;
using TaskAspire.WebhookDispatcher.Configuration;
using TaskAspire.WebhookDispatcher.Deliveries;
using TaskAspire.WebhookDispatcher.Hosting;

namespace TaskAspire.WebhookDispatcher.Telemetry;

/// <summary>Measures the queue now and then, so that a scrape reads memory only. Counting stops at a limit: beyond it the number says nothing more.</summary>
internal sealed class QueueSampler(
    NpgsqlDataSource database,
    DeliveryLanes lanes,
    DispatcherTelemetry telemetry,
    IOptions<DispatcherOptions> options,
    SchemaGate schema,
    TimeProvider time,
    ILogger<QueueSampler> logger) : PersistentLoop(schema, time, logger)
{
    private const int CountLimit = 10_000;

    // Longer than a measurement takes on a database that is busy.
    private static readonly TimeSpan Validity = TimeSpan.FromSeconds(30);

    // The backlog of an endpoint that is latched, disabled, paused or at its rate limit is no delay of ours: the oldest is sought among what could go out.
    // In the order of time, and endpoint by endpoint: such a backlog alone may be more than what is looked at.
    private const string Sample = $"""
        WITH RECURSIVE {DeliveryClaims.WaitingEndpoints}, oldest AS (
            SELECT endpoint_id, next_attempt_at
            FROM (SELECT endpoint_id, next_attempt_at, lease_expires_at FROM webhook_deliveries
                  WHERE state = 0 AND next_attempt_at <= now() ORDER BY next_attempt_at LIMIT @window) head
            WHERE lease_expires_at IS NULL OR lease_expires_at <= now()
            UNION ALL
            SELECT first.*
            FROM endpoints e
            CROSS JOIN LATERAL (
                SELECT d.endpoint_id, d.next_attempt_at
                FROM webhook_deliveries d
                WHERE d.state = 0 AND d.endpoint_id = e.endpoint_id AND d.next_attempt_at <= now() AND (d.lease_expires_at IS NULL OR d.lease_expires_at <= now())
                ORDER BY d.next_attempt_at
                LIMIT 1) first
        )
        SELECT
            (SELECT count(*) FROM (SELECT FROM webhook_deliveries
                WHERE state = 0 AND next_attempt_at <= now() AND (lease_expires_at IS NULL OR lease_expires_at <= now()) LIMIT @limit) due),
            (SELECT count(*) FROM (SELECT FROM webhook_deliveries WHERE state = 0 AND next_attempt_at > now() LIMIT @limit) scheduled),
            (SELECT count(*) FROM (SELECT FROM webhook_deliveries WHERE state = 4 LIMIT @limit) held),
            coalesce((
                SELECT extract(epoch FROM now() - min(o.next_attempt_at))::float8
                FROM oldest o
                JOIN webhook_endpoints w ON w.id = o.endpoint_id
                WHERE w.enabled AND w.paused_at IS NULL AND (w.latched_until IS NULL OR w.latched_until <= now())
                  AND (w.rate_used_until IS NULL OR w.rate_used_until <= now())), 0),
            coalesce((
                SELECT extract(epoch FROM now() - min(least(greatest(head.fire_at, t.updated_at), now())))::float8
                FROM (SELECT task_id, fire_at FROM task_reminders WHERE fire_at <= now() ORDER BY fire_at LIMIT @window) head
                JOIN tasks t ON t.id = head.task_id), 0)
        """;

    protected override async Task RunAsync(CancellationToken cancellationToken)
    {
        telemetry.Begin();
        while (true)
        {
            var sample = new NpgsqlBatchCommand(Sample);
            sample.Parameters.AddWithValue("limit", CountLimit);
            sample.Parameters.AddWithValue("window", DeliveryClaims.Window);
            sample.Parameters.AddWithValue("after", Guid.Empty);
            sample.Parameters.AddWithValue("endpoints", DeliveryClaims.EndpointsPerRound);
            await using (var batch = database.CreateBatch())
            {
                batch.BatchCommands.Add(new NpgsqlBatchCommand(DeliveryClaims.ByIndexOnly));
                batch.BatchCommands.Add(sample);
                await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
                await reader.NextResultAsync(cancellationToken);
                await reader.ReadAsync(cancellationToken);
                telemetry.QueueSampled(new QueueSample(
                    reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2), lanes.Held,
                    TimeSpan.FromSeconds(reader.GetDouble(3)), TimeSpan.FromSeconds(reader.GetDouble(4)),
                    Time.GetUtcNow() + Validity + options.Value.QueueSampleInterval));
            }

            Succeeded();
            await Task.Delay(options.Value.QueueSampleInterval, Time, cancellationToken);
        }
    }
}
