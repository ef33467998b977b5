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

        var matching = database.WebhookDeliveries.AsNoTracking().Where(d => d.EndpointId == id);
        if (query.State is { } state)
        {
            matching = matching.Where(d => d.State == state);
        }

        if (query.Before is { } before)
        {
            matching = matching.Where(d => d.Id < before);
        }

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
            .SingleOrDefaultAsync(d => d.Id == id && d.UserId == userId, cancellationToken);
        if (delivery is null)
        {
            return Problems.NotFound("delivery");
        }

        var attempts = await FindAttemptsAsync(database, [id], cancellationToken);
        return TypedResults.Ok(new DeliveryDetailsResponse(delivery, attempts[id], JsonElement.Parse(delivery.Event!.Payload)));
    }

    private static async Task<ILookup<Guid, WebhookAttempt>> FindAttemptsAsync(TaskDbContext database, List<Guid> deliveries, CancellationToken cancellationToken) =>
        (await database.WebhookAttempts.AsNoTracking().Where(a => deliveries.Contains(a.DeliveryId)).ToListAsync(cancellationToken)).ToLookup(a => a.DeliveryId);
}
