using System.Security.Claims;
using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using TaskAspire.ApiService.Auth;
using TaskAspire.ApiService.Errors;
using TaskAspire.Data;
using TaskAspire.Data.Webhooks;

namespace TaskAspire.ApiService.Webhooks;

/// <summary>What became of the deliveries of a user.</summary>
internal static class DeliveryQueries
{
    // A delivery's id has the time it was made at, its created_at when the transaction that made it began, which is not much earlier.
    private static readonly TimeSpan LongestTransaction = TimeSpan.FromHours(1);

    public static async Task<Results<Ok<DeliveryListResponse>, ProblemHttpResult>> ListAsync(
        Guid id, DeliveryListQuery query, ClaimsPrincipal user, TaskDbContext database, CancellationToken cancellationToken)
    {
        if (query.Errors.Count > 0)
        {
            return Problems.Validation(query.Errors);
        }

        var userId = user.UserId();
        if (!await database.WebhookEndpoints.AnyAsync(e => e.Id == id && e.UserId == userId, cancellationToken))
        {
            return Problems.NotFound("webhook");
        }

        var matching = Matching(database, id, query);

        // Ids are UUIDv7, so their order is that of their making. One more than asked for tells whether more follow.
        var deliveries = await matching.OrderByDescending(d => d.Id).Take(query.Limit + 1).ToListAsync(cancellationToken);
        var more = deliveries.Count > query.Limit;
        if (more)
        {
            deliveries.RemoveAt(query.Limit);
        }

        var attempts = await FindAttemptsAsync(database, deliveries.ConvertAll(d => d.Id), cancellationToken);
        return TypedResults.Ok(new DeliveryListResponse(
            deliveries.ConvertAll(d => new DeliveryResponse(d, attempts[d.Id])), query.Limit, more ? deliveries[^1].Id.ToString() : null));
    }

    public static async Task<Results<Ok<DeliveryDetailsResponse>, ProblemHttpResult>> GetAsync(
        Guid id, ClaimsPrincipal user, TaskDbContext database, CancellationToken cancellationToken)
    {
        var userId = user.UserId();
        var delivery = await database.WebhookDeliveries.AsNoTracking().Include(d => d.Event)
            .SingleOrDefaultAsync(d => d.Id == id && d.UserId == userId && database.WebhookEndpoints.Any(e => e.Id == d.EndpointId), cancellationToken);
        if (delivery is null)
        {
            return Problems.NotFound("delivery");
        }

        var attempts = await database.WebhookAttempts.AsNoTracking().Where(a => a.DeliveryId == id).ToListAsync(cancellationToken);
        return TypedResults.Ok(new DeliveryDetailsResponse(delivery, attempts, JsonElement.Parse(delivery.Event!.Payload)));
    }

    private static IQueryable<WebhookDelivery> Matching(TaskDbContext database, Guid endpoint, DeliveryListQuery query)
    {
        var matching = database.WebhookDeliveries.AsNoTracking().Where(d => d.EndpointId == endpoint);
        if (query.States.Count > 0)
        {
            // Spelled out one by one, so that the index on the few that failed is seen to fit.
            matching = query.States is [var state] ? StateIs(matching, state) : matching.Where(d => query.States.Contains(d.State));
        }

        if (query.EventTypes.Count > 0)
        {
            matching = matching.Where(d => query.EventTypes.Contains(d.EventType));
        }

        if (query.TaskId is { } task)
        {
            matching = matching.Where(d => d.Event!.TaskId == task);
        }

        if (query.From is { } from)
        {
            var first = UuidV7.LeastAt(from);
            matching = matching.Where(d => d.CreatedAt >= from && d.Id >= first);
        }

        if (query.To is { } to)
        {
            var end = UuidV7.LeastAt(to + LongestTransaction);
            matching = matching.Where(d => d.CreatedAt < to && d.Id < end);
        }

        if (query.Before is { } before)
        {
            matching = matching.Where(d => d.Id < before);
        }

        return matching;
    }

    private static IQueryable<WebhookDelivery> StateIs(IQueryable<WebhookDelivery> deliveries, WebhookDeliveryState state) => state switch
    {
        WebhookDeliveryState.Pending => deliveries.Where(d => d.State == WebhookDeliveryState.Pending),
        WebhookDeliveryState.Dead => deliveries.Where(d => d.State == WebhookDeliveryState.Dead),
        WebhookDeliveryState.Cancelled => deliveries.Where(d => d.State == WebhookDeliveryState.Cancelled),
        WebhookDeliveryState.Held => deliveries.Where(d => d.State == WebhookDeliveryState.Held),
        _ => deliveries.Where(d => d.State == state),
    };

    private static async Task<ILookup<Guid, AttemptResponse>> FindAttemptsAsync(TaskDbContext database, List<Guid> deliveries, CancellationToken cancellationToken) =>
        (await database.WebhookAttempts.Where(a => deliveries.Contains(a.DeliveryId)).OrderBy(a => a.Number).ThenBy(a => a.StartedAt)
            .Select(a => new { a.DeliveryId, Attempt = new AttemptResponse(a.Number, a.StartedAt, a.DurationMs, a.StatusCode, a.Error, a.ErrorMessage) })
            .ToListAsync(cancellationToken)).ToLookup(a => a.DeliveryId, a => a.Attempt);
}
