using System.Data;
using Microsoft.Extensions.Options;
using Npgsql;
using NpgsqlTypes;
using TaskAspire.WebhookDispatcher.Configuration;

namespace TaskAspire.WebhookDispatcher.Deliveries;

/// <summary>What a claim got, and what it saw.</summary>
/// <param name="Deliveries">Now held by this dispatcher, those due first at the front.</param>
/// <param name="LeftOver">Whether there is more that is due and may be sent: there was no room for it, or another dispatcher was at it.</param>
/// <param name="HeadFull">Whether more is due than the claim looked at.</param>
/// <param name="AsOf">The database's time of the claim.</param>
internal sealed record DeliveryClaim(IReadOnlyList<ClaimedDelivery> Deliveries, bool LeftOver, bool HeadFull, DateTime AsOf)
{
    /// <summary>Whether others were at the same deliveries, so that another look at once may find more.</summary>
    public bool Contended { get; init; }

    /// <summary>How long until a rate limit lets more through of what is due; null when none holds anything back.</summary>
    public TimeSpan? RateWait { get; init; }

    /// <summary>The last endpoint looked at, where the claim went round the endpoints; the next one goes on after it.</summary>
    public Guid LastEndpoint { get; init; }
}

/// <summary>
/// Claims due deliveries: marks them with a lease in one statement, so that no transaction is open while they are sent. What several
/// dispatchers reach for at once, one gets (SKIP LOCKED). No claim costs more for a longer queue: it looks at a bounded number of rows.
/// </summary>
internal sealed class DeliveryClaims(NpgsqlDataSource database, IOptions<DispatcherOptions> options, TimeProvider time)
{
    /// <summary>Most rows that a claim looks at from the head of the queue, beside those that are held.</summary>
    public const int Window = 1000;

    private const int MinWindow = 50;

    /// <summary>Endpoints that a claim looks at when the head of the queue is full of what cannot be sent now.</summary>
    public const int EndpointsPerRound = 500;

    private readonly DispatcherOptions _options = options.Value;
    private readonly string _byDueTime = ByDueTime + Choose;
    private readonly string _byEndpoint = ByEndpoint + Choose;

    // In order of due time: what normally finds everything.
    private const string ByDueTime = """
        WITH head AS MATERIALIZED (
            SELECT id, endpoint_id, next_attempt_at
            FROM webhook_deliveries
            -- What is held is read and left out: as much as the dispatchers together hold, whatever the queue's length.
            WHERE state = 0 AND next_attempt_at <= now() AND (lease_expires_at IS NULL OR lease_expires_at <= now())
            ORDER BY next_attempt_at
            LIMIT @window
        ), round AS (
            SELECT '00000000-0000-0000-0000-000000000000'::uuid AS last
        ),
        """;

    /// <summary>
    /// A recursive query <c>endpoints</c>: up to <c>@endpoints</c> that have deliveries waiting, in the order of their ids from behind <c>@after</c>, each with the time
    /// of its first and its number (a loose index scan).
    /// </summary>
    internal const string WaitingEndpoints = """
        endpoints AS (
            (SELECT endpoint_id, next_attempt_at, 1 AS n
             FROM webhook_deliveries
             WHERE state = 0 AND endpoint_id > @after
             ORDER BY endpoint_id, next_attempt_at
             LIMIT 1)
            UNION ALL
            SELECT next.endpoint_id, next.next_attempt_at, e.n + 1
            FROM endpoints e
            CROSS JOIN LATERAL (
                SELECT d.endpoint_id, d.next_attempt_at
                FROM webhook_deliveries d
                WHERE d.state = 0 AND d.endpoint_id > e.endpoint_id
                ORDER BY d.endpoint_id, d.next_attempt_at
                LIMIT 1) next
            WHERE e.n < @endpoints
        )
        """;

    // Endpoint after endpoint, a few deliveries of each: finds what lies behind the backlog of a dead endpoint.
    private const string ByEndpoint = $"""
        WITH RECURSIVE {WaitingEndpoints}, head AS MATERIALIZED (
            SELECT c.id, c.endpoint_id, c.next_attempt_at
            FROM endpoints e
            JOIN webhook_endpoints w ON w.id = e.endpoint_id
            CROSS JOIN LATERAL (
                SELECT d.id, d.endpoint_id, d.next_attempt_at
                FROM webhook_deliveries d
                WHERE d.state = 0 AND d.endpoint_id = e.endpoint_id AND d.next_attempt_at <= now()
                  AND (d.lease_expires_at IS NULL OR d.lease_expires_at <= now())
                ORDER BY d.next_attempt_at
                LIMIT 2 * @concurrency) c
            WHERE e.next_attempt_at <= now() AND w.enabled AND w.paused_at IS NULL AND (w.latched_until IS NULL OR w.latched_until <= now())
        ), round AS (
            SELECT CASE WHEN count(*) < @endpoints THEN '00000000-0000-0000-0000-000000000000'::uuid
                        ELSE (SELECT endpoint_id FROM endpoints ORDER BY n DESC LIMIT 1) END AS last
            FROM endpoints
        ),
        """;

    // An endpoint that fails is given no more than it can take at once; one that failed many times in a row, a single probe. One with a
    // rate limit, what is left of it. Whoever has its row locked may send the probe or use up the rate, the others pass it over for the moment.
    private const string Choose = """

        ranked AS (
            SELECT h.id, h.endpoint_id, h.next_attempt_at, w.rate_limit, w.consecutive_failures >= @latch_after AS is_probed,
                   row_number() OVER (PARTITION BY h.endpoint_id ORDER BY h.next_attempt_at) AS place,
                   least(coalesce(lane.cap, least(w.concurrency, @cap)),
                         CASE WHEN w.consecutive_failures >= @latch_after THEN 1
                              WHEN w.consecutive_failures > 0 THEN coalesce(w.concurrency, @concurrency) END)
                   - coalesce(lane.held, 0) AS room,
                   coalesce(lane.held, 0) AS held
            FROM head h
            JOIN webhook_endpoints w ON w.id = h.endpoint_id
            LEFT JOIN unnest(@lanes, @held, @caps) AS lane (endpoint_id, held, cap) ON lane.endpoint_id = h.endpoint_id
            WHERE w.enabled AND w.paused_at IS NULL AND (w.latched_until IS NULL OR w.latched_until <= now())
        ), counted AS MATERIALIZED (
            -- A tenth of a second's worth may go at once; the rest comes as time goes on.
            SELECT w.id, w.rate_limit, w.consecutive_failures >= @latch_after AS is_probed,
                   ceil(w.rate_limit / 10.0) - w.rate_limit * greatest(extract(epoch FROM w.rate_used_until - now()), 0) AS share
            FROM webhook_endpoints w
            WHERE w.id = ANY (ARRAY(SELECT DISTINCT endpoint_id FROM ranked WHERE (rate_limit IS NOT NULL OR is_probed) AND room > 0))
              -- As it is now that nobody else changes it: another dispatcher may just have taken the probe.
              AND (w.latched_until IS NULL OR w.latched_until <= now())
            FOR NO KEY UPDATE SKIP LOCKED
        ), ready AS (
            SELECT r.id, r.next_attempt_at, r.place, r.room, r.held
            FROM ranked r
            LEFT JOIN counted c ON c.id = r.endpoint_id
            WHERE CASE WHEN r.rate_limit IS NOT NULL THEN r.place <= floor(c.share) ELSE NOT r.is_probed OR c.id IS NOT NULL END
        ), chosen AS (
            -- The first of each endpoint, then the second of each, those that are here counted: who has much waiting does not keep out who has little.
            SELECT id FROM ready WHERE place <= room ORDER BY held + place, next_attempt_at LIMIT @limit
        ), locked AS (
            -- By id alone: asked here for what is pending, too, the planner may go through all of that.
            SELECT d.id, d.state, d.next_attempt_at, d.lease_expires_at
            FROM webhook_deliveries d
            WHERE d.id = ANY (ARRAY(SELECT id FROM chosen))
            FOR UPDATE SKIP LOCKED
        ), claimed AS (
            UPDATE webhook_deliveries d
            SET lease_id = @lease, lease_expires_at = clock_timestamp() + @duration
            FROM locked l
            -- As they are now that nobody else changes them.
            WHERE d.id = l.id AND l.state = 0 AND l.next_attempt_at <= now() AND (l.lease_expires_at IS NULL OR l.lease_expires_at <= now())
            RETURNING d.id, d.event_id, d.event_type, d.attempt_count, d.due_at, d.next_attempt_at, d.endpoint_id
        ), noted AS (
            UPDATE webhook_endpoints w
            SET rate_used_until = CASE WHEN c.rate_limit IS NULL THEN w.rate_used_until
                                       ELSE greatest(w.rate_used_until, now()) + make_interval(secs => n.count / c.rate_limit::float8) END,
                -- Until it is recorded what came of the probe, which says when the next one is.
                latched_until = CASE WHEN c.is_probed THEN now() + @probe ELSE w.latched_until END
            FROM counted c
            JOIN (SELECT endpoint_id, count(*) FROM claimed GROUP BY endpoint_id) n ON n.endpoint_id = c.id
            WHERE w.id = c.id
        )
        SELECT seen.*, c.id, c.event_id, c.event_type, c.attempt_count, c.due_at, c.payload, c.trace_parent,
               c.endpoint_id, c.url, c.use_shared_secret, c.secret, c.previous_secret, c.previous_secret_expires_at, c.api_key,
               c.headers, c.rate_limit, c.concurrency
        FROM (SELECT now() AS as_of, (SELECT count(*) FROM head)::int AS head, (SELECT count(*) FROM ready)::int AS ready,
                     (SELECT count(*) FROM chosen)::int AS chosen, (SELECT last FROM round) AS last,
                     (SELECT min(coalesce((1 - (c.share - floor(c.share))) / c.rate_limit, 0.01))
                      FROM ranked r
                      LEFT JOIN counted c ON c.id = r.endpoint_id
                      WHERE r.rate_limit IS NOT NULL AND r.room > 0 AND (c.id IS NULL OR r.place > c.share))::float8 AS rate_wait) seen
        LEFT JOIN (
            SELECT claimed.id, claimed.event_id, claimed.event_type, claimed.attempt_count, claimed.due_at, claimed.next_attempt_at, claimed.endpoint_id,
                   e.payload, e.trace_parent, w.url, w.use_shared_secret, w.secret, w.previous_secret, w.previous_secret_expires_at,
                   w.api_key, w.headers, w.rate_limit, w.concurrency
            FROM claimed
            JOIN webhook_events e ON e.id = claimed.event_id
            JOIN webhook_endpoints w ON w.id = claimed.endpoint_id) c ON true
        ORDER BY c.next_attempt_at
        """;

    // What is due but held is due again when its lease ends, unless it is finished by then.
    private const string NextTime = """
        SELECT extract(epoch FROM least(
            (SELECT next_attempt_at FROM webhook_deliveries WHERE state = 0 AND next_attempt_at > @as_of ORDER BY next_attempt_at LIMIT 1),
            (SELECT latched_until FROM webhook_endpoints WHERE latched_until > @as_of ORDER BY latched_until LIMIT 1),
            (SELECT min(lease_expires_at) FROM (
                SELECT lease_expires_at FROM webhook_deliveries WHERE state = 0 AND next_attempt_at <= @as_of ORDER BY next_attempt_at LIMIT @window) head
             WHERE lease_expires_at > @as_of)
            ) - clock_timestamp())::float8
        """;

    // Statistics of a queue are out of date as soon as it fills or empties. By stale ones the planner thinks little due and reads all of it,
    // to sort it; in the order of the index it need never read more than the claim looks at. Before version 18, what is off and there is no way round
    // counts as so dear that PostgreSQL compiles the plan to machine code, for a quarter of a second each time; that is off as well.
    internal const string ByIndexOnly = "SELECT set_config('enable_bitmapscan', 'off', true), set_config('enable_seqscan', 'off', true), set_config('jit', 'off', true)";

    /// <summary>Claims in the order of due times.</summary>
    /// <param name="room">What may be claimed.</param>
    /// <param name="window">How many deliveries to look at; at most <see cref="Window"/>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<DeliveryClaim> ClaimDueAsync(ClaimRoom room, int window, CancellationToken cancellationToken) => ClaimAsync(room, after: null, window, cancellationToken);

    /// <summary>The window that has enough in it while all endpoints take what they are sent.</summary>
    public static int WindowFor(ClaimRoom room) => Math.Min(Window, MinWindow + (room.Total * 3 / 2));

    /// <summary>Claims from one endpoint after another, beginning behind <paramref name="after"/>.</summary>
    public Task<DeliveryClaim> ClaimAroundAsync(ClaimRoom room, Guid after, CancellationToken cancellationToken) => ClaimAsync(room, after, Window, cancellationToken);

    /// <summary>How long until something that was not due at <paramref name="asOf"/> is; null when nothing waits.</summary>
    public async Task<TimeSpan?> UntilNextAsync(DateTime asOf, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(NextTime);
        command.Parameters.AddWithValue("as_of", asOf);
        command.Parameters.AddWithValue("window", Window);
        return await command.ExecuteScalarAsync(cancellationToken) is double seconds
            ? TimeSpan.FromSeconds(Math.Clamp(seconds, 0, TimeSpan.FromDays(1).TotalSeconds))
            : null;
    }

    private async Task<DeliveryClaim> ClaimAsync(ClaimRoom room, Guid? after, int window, CancellationToken cancellationToken)
    {
        var sent = time.GetTimestamp();
        var lease = new Lease(Guid.NewGuid(), sent + (long)(_options.LeaseDuration.TotalSeconds * time.TimestampFrequency));
        await using var batch = Batch(room, after, window, lease);
        await using var reader = await batch.ExecuteReaderAsync(CommandBehavior.Default, cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        return await ReadAsync(reader, window, lease, cancellationToken);
    }

    /// <summary>The claim, the second of two statements of one transaction.</summary>
    internal NpgsqlBatch Batch(ClaimRoom room, Guid? after, int window, Lease lease)
    {
        var batch = database.CreateBatch();
        batch.BatchCommands.Add(new NpgsqlBatchCommand(ByIndexOnly));
        batch.BatchCommands.Add(Command(room, after, window, lease));
        return batch;
    }

    private NpgsqlBatchCommand Command(ClaimRoom room, Guid? after, int window, Lease lease)
    {
        var command = new NpgsqlBatchCommand(after is null ? _byDueTime : _byEndpoint);
        if (after is { } last)
        {
            command.Parameters.AddWithValue("after", last);
            command.Parameters.AddWithValue("endpoints", EndpointsPerRound);
        }
        else
        {
            command.Parameters.AddWithValue("window", window);
        }

        command.Parameters.AddWithValue("lanes", NpgsqlDbType.Array | NpgsqlDbType.Uuid, room.Endpoints);
        command.Parameters.AddWithValue("held", NpgsqlDbType.Array | NpgsqlDbType.Integer, room.Held);
        command.Parameters.AddWithValue("caps", NpgsqlDbType.Array | NpgsqlDbType.Integer, room.Caps);
        command.Parameters.AddWithValue("cap", room.DefaultCap);
        command.Parameters.AddWithValue("limit", room.Total);
        command.Parameters.AddWithValue("latch_after", _options.LatchAfter);
        command.Parameters.AddWithValue("concurrency", _options.PerEndpointConcurrency);
        command.Parameters.AddWithValue("lease", lease.Id);
        command.Parameters.AddWithValue("duration", _options.LeaseDuration);
        command.Parameters.AddWithValue("probe", _options.LeaseDuration > _options.Timeout ? _options.LeaseDuration : _options.Timeout);
        return command;
    }

    private static async Task<DeliveryClaim> ReadAsync(NpgsqlDataReader reader, int window, Lease lease, CancellationToken cancellationToken)
    {
        var deliveries = new List<ClaimedDelivery>();
        var targets = new Dictionary<Guid, DeliveryTarget>();
        DateTime asOf = default;
        int head = 0, ready = 0, chosen = 0;
        Guid last = default;
        TimeSpan? rateWait = null;
        while (await reader.ReadAsync(cancellationToken))
        {
            (asOf, head, ready, chosen, last) = (reader.GetDateTime(0), reader.GetInt32(1), reader.GetInt32(2), reader.GetInt32(3), reader.GetGuid(4));
            rateWait = reader.IsDBNull(5) ? null : TimeSpan.FromSeconds(reader.GetDouble(5));
            if (await reader.IsDBNullAsync(6, cancellationToken))
            {
                break;
            }

            var endpoint = reader.GetGuid(13);
            if (!targets.TryGetValue(endpoint, out var target))
            {
                target = new DeliveryTarget(
                    endpoint, reader.GetString(14), reader.GetBoolean(15), Text(16), Text(17),
                    reader.IsDBNull(18) ? null : reader.GetFieldValue<DateTimeOffset>(18), Text(19), Text(20), Number(21), Number(22));
                targets.Add(endpoint, target);
            }

            deliveries.Add(new ClaimedDelivery(
                reader.GetGuid(6), reader.GetGuid(7), reader.GetString(8), reader.GetInt32(9), reader.GetFieldValue<DateTimeOffset>(10),
                reader.GetFieldValue<byte[]>(11), Text(12), target) { Lease = lease });
        }

        return new DeliveryClaim(deliveries, LeftOver: ready > deliveries.Count, HeadFull: head >= window, asOf)
        {
            Contended = chosen > deliveries.Count,
            LastEndpoint = last,
            RateWait = rateWait,
        };

        int? Number(int column) => reader.IsDBNull(column) ? null : reader.GetInt32(column);

        string? Text(int column) => reader.IsDBNull(column) ? null : reader.GetString(column);
    }
}
