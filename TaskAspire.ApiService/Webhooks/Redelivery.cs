using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using TaskAspire.ApiService.Errors;
using TaskAspire.ApiService.Json;
using TaskAspire.ApiService.Writing;
using TaskAspire.Data;
using TaskAspire.Data.Webhooks;

namespace TaskAspire.ApiService.Webhooks;

/// <summary>
/// Sends events once more: as new deliveries of the same event, so that the history stays and receivers know a duplicate by its
/// <c>webhook-id</c>. That an event is on its way to an endpoint only once is a constraint, so nothing asked for at once is sent twice.
/// </summary>
internal sealed class Redelivery(TaskDbContext database, WebhookWriter writer, TimeProvider clock)
{
    private const int MaxReplayed = 10_000;
    private const int MaxExamined = 50_000;

    /// <summary>Why nothing can be sent to an endpoint; null when it can.</summary>
    public static ProblemHttpResult? ProblemOf(WebhookEndpoint endpoint) =>
        endpoint.Enabled ? null : Problems.Conflict("enabled", "The endpoint is disabled; set enabled to true first.");

    /// <summary>Delivers once more what is finished; for a delivery that waits for its next attempt, makes that due now.</summary>
    public Task<(AcceptedDeliveryResponse? Accepted, ProblemHttpResult? Problem)> RedeliverAsync(Guid userId, Guid id, CancellationToken cancellationToken) =>
        database.InTransactionAsync<(AcceptedDeliveryResponse?, ProblemHttpResult?)>(async token =>
        {
            var delivery = await database.WebhookDeliveries.AsNoTracking().SingleOrDefaultAsync(d => d.Id == id && d.UserId == userId, token);
            if (delivery is null || await LockAsync(userId, delivery.EndpointId, token) is not { } endpoint)
            {
                return (null, Problems.NotFound("delivery"));
            }

            if (ProblemOf(endpoint) is { } problem)
            {
                return (null, problem);
            }

            if (delivery.State is WebhookDeliveryState.Pending or WebhookDeliveryState.Held)
            {
                return await HurryAsync(delivery, token)
                    ? (new AcceptedDeliveryResponse(delivery.EventId, id), null)
                    : (null, delivery.State == WebhookDeliveryState.Held
                        ? Problems.Conflict("state", "The delivery is held, since its endpoint is paused; resume the endpoint.")
                        : Problems.Conflict("state", "The delivery is being sent at this very moment; look at what comes of it first."));
            }

            var now = clock.Now();
            var made = await database.Database.SqlQuery<Guid>(
                $"""
                INSERT INTO webhook_deliveries (event_id, endpoint_id, user_id, event_type, state, attempt_count, due_at, next_attempt_at, created_at)
                SELECT id, {endpoint.Id}, user_id, type, {StateFor(endpoint)}, 0, now(), now(), {now} FROM webhook_events WHERE id = {delivery.EventId}
                ON CONFLICT (event_id, endpoint_id) WHERE state IN (0, 4) DO NOTHING
                RETURNING id
                """).ToListAsync(token);
            if (made is not [var again])
            {
                return (null, Problems.Conflict("state", "The event is on its way to the endpoint already; list its pending deliveries."));
            }

            await UnlatchAsync(endpoint, token);
            return (new AcceptedDeliveryResponse(delivery.EventId, again), null);

            async Task<bool> HurryAsync(WebhookDelivery waiting, CancellationToken t)
            {
                var moved = await database.Database.ExecuteSqlAsync(
                    $"""
                    UPDATE webhook_deliveries SET next_attempt_at = least(next_attempt_at, now())
                    WHERE id = {waiting.Id} AND state = 0 AND (lease_expires_at IS NULL OR lease_expires_at <= now())
                    """, t);
                await UnlatchAsync(endpoint, t);
                return moved == 1;
            }
        }, cancellationToken);

    /// <summary>Sends the events of a time range once more, a bounded number of them.</summary>
    public Task<(ReplayResponse? Replayed, ProblemHttpResult? Problem)> ReplayAsync(
        Guid userId, Guid id, ReplayRequest request, CancellationToken cancellationToken)
    {
        var begin = new ReplayCursor(request.To ?? clock.Now(), request.From, Guid.Empty);
        if (request.Cursor is { } cursor && ReplayCursor.TryParse(cursor, out var given))
        {
            begin = given;
        }

        return database.InTransactionAsync<(ReplayResponse?, ProblemHttpResult?)>(async token =>
        {
            if (await LockAsync(userId, id, token) is not { } endpoint)
            {
                return (null, Problems.NotFound("webhook"));
            }

            if (ProblemOf(endpoint) is { } problem)
            {
                return (null, problem);
            }

            var outcome = (await RunAsync(endpoint, request, begin, token).ToListAsync(token)).Single();
            if (outcome.Replayed > 0 && !request.DryRun)
            {
                await UnlatchAsync(endpoint, token);
            }

            var next = outcome.NextId is { } last ? new ReplayCursor(begin.To, outcome.NextAt!.Value, last).ToString() : null;
            return (new ReplayResponse(outcome.Replayed, request.DryRun, next), null);
        }, cancellationToken);
    }

    // In the order in which they happened: a microsecond lies between two, as the queue is in the order of times.
    private IQueryable<ReplayOutcome> RunAsync(WebhookEndpoint endpoint, ReplayRequest request, ReplayCursor begin, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        short[] states = [.. request.Status.Where(s => s != ReplayStatus.Missing).Select(s => (short)StateOf(s)).Distinct()];
        var missing = request.Status.Contains(ReplayStatus.Missing);
        string[] types = [.. request.EventTypes];
        return database.Database.SqlQuery<ReplayOutcome>(
            $"""
            WITH examined AS MATERIALIZED (
                SELECT id, user_id, type, task_id, endpoint_id, category_ids, tag_keys, occurred_at
                FROM webhook_events
                WHERE user_id = {endpoint.UserId} AND occurred_at >= {begin.OccurredAt} AND occurred_at < {begin.To}
                  AND (occurred_at, id) > ({begin.OccurredAt}, {begin.Id})
                ORDER BY occurred_at, id
                LIMIT {MaxExamined}
            ), matching AS MATERIALIZED (
                SELECT x.id, x.user_id, x.type, x.occurred_at, row_number() OVER (ORDER BY x.occurred_at, x.id) AS n
                FROM examined x
                JOIN webhook_endpoints w ON w.id = {endpoint.Id}
                LEFT JOIN LATERAL (
                    SELECT d.state FROM webhook_deliveries d WHERE d.event_id = x.id AND d.endpoint_id = w.id ORDER BY d.id DESC LIMIT 1) last ON true
                WHERE (cardinality({types}) = 0 OR {types} && ARRAY[x.type, split_part(x.type, '.', 1) || '.*', '*']::text[])
                  AND CASE WHEN last.state IS NOT NULL THEN last.state = ANY ({states})
                           ELSE {missing} AND x.endpoint_id IS NULL AND webhook_wants(w, x.type, x.task_id, x.category_ids, x.tag_keys) END
                ORDER BY x.occurred_at, x.id
                LIMIT {MaxReplayed + 1}
            ), made AS (
                INSERT INTO webhook_deliveries (event_id, endpoint_id, user_id, event_type, state, attempt_count, due_at, next_attempt_at, created_at)
                SELECT id, {endpoint.Id}, user_id, type, {StateFor(endpoint)}, 0, now() + n * interval '1 microsecond', now() + n * interval '1 microsecond', now()
                FROM matching
                WHERE n <= {MaxReplayed} AND NOT {request.DryRun}
                ON CONFLICT (event_id, endpoint_id) WHERE state IN (0, 4) DO NOTHING
                RETURNING 1
            ), last AS (
                (SELECT id, occurred_at FROM matching WHERE n = {MaxReplayed} AND EXISTS (SELECT FROM matching WHERE n > {MaxReplayed}))
                UNION ALL
                (SELECT id, occurred_at FROM examined
                 WHERE NOT EXISTS (SELECT FROM matching WHERE n > {MaxReplayed}) AND (SELECT count(*) FROM examined) = {MaxExamined}
                 ORDER BY occurred_at DESC, id DESC LIMIT 1)
            )
            SELECT CASE WHEN {request.DryRun} THEN (SELECT count(*) FROM matching WHERE n <= {MaxReplayed}) ELSE (SELECT count(*) FROM made) END::int AS replayed,
                   (SELECT id FROM last) AS next_id, (SELECT occurred_at FROM last) AS next_at
            """);
    }

    private static WebhookDeliveryState StateOf(ReplayStatus status) => status switch
    {
        ReplayStatus.Dead => WebhookDeliveryState.Dead,
        ReplayStatus.Cancelled => WebhookDeliveryState.Cancelled,
        _ => WebhookDeliveryState.Delivered,
    };

    private static short StateFor(WebhookEndpoint endpoint) =>
        (short)(endpoint.PausedAt is null ? WebhookDeliveryState.Pending : WebhookDeliveryState.Held);

    private async Task<WebhookEndpoint?> LockAsync(Guid userId, Guid id, CancellationToken cancellationToken) => (await database.WebhookEndpoints
        .FromSql($"SELECT * FROM webhook_endpoints WHERE id = {id} AND user_id = {userId} FOR NO KEY UPDATE").AsNoTracking().ToListAsync(cancellationToken))
        .SingleOrDefault();

    // Whoever sends something again has mended the receiver, and does not want to wait for the next probe.
    private async Task UnlatchAsync(WebhookEndpoint endpoint, CancellationToken cancellationToken)
    {
        if (endpoint.LatchedUntil is not null)
        {
            await database.WebhookEndpoints.Where(e => e.Id == endpoint.Id)
                .ExecuteUpdateAsync(set => set.SetProperty(e => e.LatchedUntil, (DateTimeOffset?)null), cancellationToken);
        }

        await writer.WakeAsync(cancellationToken);
    }

    private sealed record ReplayOutcome(int Replayed, Guid? NextId, DateTimeOffset? NextAt);
}
