using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using TaskAspire.ApiService.Auth;
using TaskAspire.ApiService.Errors;
using TaskAspire.ApiService.Json;
using TaskAspire.ApiService.Paging;
using TaskAspire.Data;
using TaskAspire.Data.Webhooks;

namespace TaskAspire.ApiService.Webhooks;

/// <summary>How an endpoint does.</summary>
/// <param name="Window">The time that is looked back over.</param>
/// <param name="Since">When it begins: at full ten minutes, UTC.</param>
/// <param name="Deliveries">What became of deliveries.</param>
/// <param name="Attempts">What became of attempts within the window.</param>
/// <param name="Latency">What they took.</param>
/// <param name="Queue">What waits now.</param>
/// <param name="ConsecutiveFailures">Failed attempts since the last success.</param>
/// <param name="FailingSince">Since when every attempt has failed, UTC.</param>
/// <param name="ProbedAt">When it is tried again, UTC, after it failed many times in a row; until then nothing is sent.</param>
/// <param name="LastSuccessAt">The last attempt that succeeded, UTC; within 30 days.</param>
/// <param name="LastFailureAt">The last one that failed, UTC; within 30 days.</param>
public sealed record WebhookStatsResponse(
    string Window,
    DateTimeOffset Since,
    DeliveryCounts Deliveries,
    AttemptCounts Attempts,
    LatencyResponse Latency,
    QueueResponse Queue,
    int ConsecutiveFailures,
    DateTimeOffset? FailingSince,
    DateTimeOffset? ProbedAt,
    DateTimeOffset? LastSuccessAt,
    DateTimeOffset? LastFailureAt);

/// <summary>Deliveries by state: those that ended within the window, and those that wait now.</summary>
/// <param name="Delivered">Made.</param>
/// <param name="Dead">Out of attempts.</param>
/// <param name="Cancelled">Cancelled, of those made within the window; counted up to 10,000.</param>
/// <param name="Pending">Waiting; counted up to 10,000.</param>
/// <param name="Held">Waiting until it is resumed; counted up to 10,000.</param>
public sealed record DeliveryCounts(long Delivered, long Dead, int Cancelled, int Pending, int Held);

/// <summary>Attempts.</summary>
/// <param name="Total">All.</param>
/// <param name="Succeeded">Answered with 2xx.</param>
/// <param name="Failed">The others.</param>
/// <param name="SuccessRate">Share of those that succeeded, from 0 to 1; null when there was none.</param>
public sealed record AttemptCounts(long Total, long Succeeded, long Failed, double? SuccessRate);

/// <summary>What attempts took, failed ones included, in milliseconds to within 9 %; null when there was none.</summary>
/// <param name="P50Ms">Half of them took no longer.</param>
/// <param name="P95Ms">95 % of them.</param>
/// <param name="P99Ms">99 % of them.</param>
public sealed record LatencyResponse(double? P50Ms, double? P95Ms, double? P99Ms);

/// <summary>The endpoint's queue.</summary>
/// <param name="Depth">Deliveries that are due; counted up to 10,000.</param>
/// <param name="OldestDueAt">When the one was due that is due for longest, UTC.</param>
/// <param name="NextAttemptAt">When the next is, UTC.</param>
public sealed record QueueResponse(int Depth, DateTimeOffset? OldestDueAt, DateTimeOffset? NextAttemptAt);

/// <summary>Reads statistics: some rows of sums, and counts that stop at a limit; never all deliveries or attempts.</summary>
internal static class WebhookStats
{
    public const string DefaultWindow = "24h";
    private const int CountLimit = 10_000;
    private static readonly TimeSpan Bucket = TimeSpan.FromMinutes(10);

    public static IReadOnlyDictionary<string, TimeSpan> Windows { get; } = new Dictionary<string, TimeSpan>(StringComparer.Ordinal)
    {
        ["1h"] = TimeSpan.FromHours(1),
        ["6h"] = TimeSpan.FromHours(6),
        [DefaultWindow] = TimeSpan.FromHours(24),
        ["7d"] = TimeSpan.FromDays(7),
        ["30d"] = TimeSpan.FromDays(30),
    };

    public static async Task<Results<Ok<WebhookStatsResponse>, ProblemHttpResult>> GetAsync(
        Guid id, ClaimsPrincipal user, TaskDbContext database, HttpRequest request, TimeProvider clock, CancellationToken cancellationToken)
    {
        var errors = request.Query.Keys.Where(name => name != "window").ToDictionary(name => name, name => new[] { PageQuery.NoSuchParameter(name) });
        var window = request.Query.TryGetValue("window", out var given) ? given.ToString() : DefaultWindow;
        if (!Windows.TryGetValue(window, out var length))
        {
            errors["window"] = [$"One of {string.Join(", ", Windows.Keys)} is expected."];
        }

        if (errors.Count > 0)
        {
            return Problems.Validation(errors);
        }

        var userId = user.UserId();
        var endpoint = await database.WebhookEndpoints.AsNoTracking().SingleOrDefaultAsync(e => e.Id == id && e.UserId == userId, cancellationToken);
        if (endpoint is null)
        {
            return Problems.NotFound("webhook");
        }

        var now = clock.Now();
        var since = new DateTimeOffset((now - length).UtcTicks / Bucket.Ticks * Bucket.Ticks, TimeSpan.Zero);
        var sums = await SumAsync(database, id, since, cancellationToken);
        var counts = await CountAsync(database, id, UuidV7.LeastAt(since), cancellationToken);
        var total = sums.Delivered + sums.Failed;
        return TypedResults.Ok(new WebhookStatsResponse(
            window,
            since,
            new DeliveryCounts(sums.Delivered, sums.Dead, counts.Cancelled, counts.Pending, counts.Held),
            new AttemptCounts(total, sums.Delivered, sums.Failed, total == 0 ? null : Math.Round((double)sums.Delivered / total, 4)),
            new LatencyResponse(
                LatencyBuckets.Percentile(sums.Latencies, 0.5), LatencyBuckets.Percentile(sums.Latencies, 0.95), LatencyBuckets.Percentile(sums.Latencies, 0.99)),
            new QueueResponse(counts.Due, counts.OldestDueAt, counts.NextAttemptAt),
            endpoint.ConsecutiveFailures,
            endpoint.FailingSince,
            endpoint.LatchedUntil > now ? endpoint.LatchedUntil : null,
            sums.LastSuccessAt,
            sums.LastFailureAt));
    }

    private static async Task<Sums> SumAsync(TaskDbContext database, Guid endpoint, DateTimeOffset since, CancellationToken cancellationToken) =>
        (await database.Database.SqlQuery<Sums>(
            $"""
            SELECT coalesce(sum(delivered), 0)::bigint AS delivered, coalesce(sum(failed), 0)::bigint AS failed, coalesce(sum(dead), 0)::bigint AS dead,
                   ARRAY(SELECT sum(l.count)::bigint
                         FROM webhook_tallies t, unnest(t.latencies) WITH ORDINALITY AS l (count, n)
                         WHERE t.endpoint_id = {endpoint} AND t.starts_at >= {since}
                         GROUP BY l.n ORDER BY l.n) AS latencies,
                   (SELECT last_success_at FROM webhook_tallies
                    WHERE endpoint_id = {endpoint} AND last_success_at IS NOT NULL ORDER BY starts_at DESC LIMIT 1) AS last_success_at,
                   (SELECT last_failure_at FROM webhook_tallies
                    WHERE endpoint_id = {endpoint} AND last_failure_at IS NOT NULL ORDER BY starts_at DESC LIMIT 1) AS last_failure_at
            FROM webhook_tallies
            WHERE endpoint_id = {endpoint} AND starts_at >= {since}
            """).ToListAsync(cancellationToken)).Single();

    private static async Task<Counts> CountAsync(TaskDbContext database, Guid endpoint, Guid first, CancellationToken cancellationToken) =>
        (await database.Database.SqlQuery<Counts>(
            $"""
            SELECT
                (SELECT count(*) FROM (SELECT FROM webhook_deliveries WHERE endpoint_id = {endpoint} AND state = 0 LIMIT {CountLimit}) c)::int AS pending,
                (SELECT count(*) FROM (SELECT FROM webhook_deliveries WHERE endpoint_id = {endpoint} AND state = 4 LIMIT {CountLimit}) c)::int AS held,
                (SELECT count(*) FROM (SELECT FROM webhook_deliveries WHERE endpoint_id = {endpoint} AND state = 3 AND id >= {first} LIMIT {CountLimit}) c)::int AS cancelled,
                (SELECT count(*) FROM (SELECT FROM webhook_deliveries
                                       WHERE endpoint_id = {endpoint} AND state = 0 AND next_attempt_at <= now() LIMIT {CountLimit}) c)::int AS due,
                (SELECT next_attempt_at FROM webhook_deliveries
                 WHERE endpoint_id = {endpoint} AND state = 0 AND next_attempt_at <= now() ORDER BY next_attempt_at LIMIT 1) AS oldest_due_at,
                (SELECT next_attempt_at FROM webhook_deliveries
                 WHERE endpoint_id = {endpoint} AND state = 0 AND next_attempt_at > now() ORDER BY next_attempt_at LIMIT 1) AS next_attempt_at
            """).ToListAsync(cancellationToken)).Single();

    private sealed record Sums(long Delivered, long Failed, long Dead, long[] Latencies, DateTimeOffset? LastSuccessAt, DateTimeOffset? LastFailureAt);

    private sealed record Counts(int Pending, int Held, int Cancelled, int Due, DateTimeOffset? OldestDueAt, DateTimeOffset? NextAttemptAt);
}
