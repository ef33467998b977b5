using Npgsql;
using TaskAspire.Data.Webhooks;

namespace TaskAspire.WebhookDispatcher.Deliveries;

/// <summary>Adds a batch of attempts to the sums that statistics are read from (<see cref="WebhookTally"/>): one row for each endpoint.</summary>
internal static class AttemptTallies
{
    // In the order of ids, as all locks on endpoints and what belongs to them are taken. An endpoint that is being deleted drops out.
    private const string Add = """
        INSERT INTO webhook_tallies AS t (endpoint_id, starts_at, delivered, failed, dead, latencies, last_success_at, last_failure_at)
        SELECT w.id, to_timestamp(floor(extract(epoch FROM now()) / 600) * 600), r.delivered, r.failed, r.dead, r.latencies::int[],
               CASE WHEN r.delivered > 0 THEN now() END, CASE WHEN r.failed > 0 THEN now() END
        FROM unnest(@ids, @delivered, @failed, @dead, @latencies) AS r (id, delivered, failed, dead, latencies)
        JOIN webhook_endpoints w ON w.id = r.id
        ORDER BY w.id
        FOR KEY SHARE OF w
        ON CONFLICT (endpoint_id, starts_at) DO UPDATE
        SET delivered = t.delivered + excluded.delivered,
            failed = t.failed + excluded.failed,
            dead = t.dead + excluded.dead,
            latencies = ARRAY(SELECT a + b FROM unnest(t.latencies, excluded.latencies) WITH ORDINALITY AS l (a, b, n) ORDER BY n),
            last_success_at = coalesce(excluded.last_success_at, t.last_success_at),
            last_failure_at = coalesce(excluded.last_failure_at, t.last_failure_at)
        """;

    public static NpgsqlBatchCommand Command(IReadOnlyList<DeliveryResult> attempts)
    {
        var endpoints = attempts.GroupBy(result => result.Delivery.Target.EndpointId).ToList();
        var command = new NpgsqlBatchCommand(Add);
        command.Parameters.AddWithValue("ids", endpoints.Select(endpoint => endpoint.Key).ToArray());
        command.Parameters.AddWithValue("delivered", Count(result => result.Outcome!.IsSuccess));
        command.Parameters.AddWithValue("failed", Count(result => !result.Outcome!.IsSuccess));
        command.Parameters.AddWithValue("dead", Count(result => DeliveryRecords.StateAfter(result) == WebhookDeliveryState.Dead));
        command.Parameters.AddWithValue("latencies", endpoints.Select(Latencies).ToArray());
        return command;

        int[] Count(Func<DeliveryResult, bool> which) => [.. endpoints.Select(endpoint => endpoint.Count(which))];
    }

    // As PostgreSQL writes arrays: an array of arrays cannot be taken apart row by row.
    private static string Latencies(IEnumerable<DeliveryResult> attempts)
    {
        var counts = new int[LatencyBuckets.Count];
        foreach (var attempt in attempts)
        {
            counts[LatencyBuckets.Of(attempt.Outcome!.Duration)]++;
        }

        return $"{{{string.Join(',', counts)}}}";
    }
}
