using System.Diagnostics;
using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using TaskAspire.ApiService.Auth;
using TaskAspire.ApiService.Errors;
using TaskAspire.ApiService.Json;
using TaskAspire.ApiService.OpenApi;
using TaskAspire.ApiService.Writing;
using TaskAspire.Data;
using TaskAspire.Data.Webhooks;

namespace TaskAspire.ApiService.Webhooks;

/// <summary>What an owner does to an endpoint beside changing its settings.</summary>
internal static class WebhookActions
{
    public static void MapWebhookActions(this RouteGroupBuilder one)
    {
        one.MapPost("/test", TestAsync).WithName("testWebhook").WithSummary("Send a test event")
            .WithDescription("webhook.test goes to this endpoint alone, whatever it subscribed to.").ProducesProblem(StatusCodes.Status409Conflict);
        one.MapPost("/rotate-secret", RotateAsync).WithName("rotateWebhookSecret").WithSummary("Get a new signing secret")
            .WithDescription(
                "The answer holds it; it is not shown again. The secret before it signs beside it for overlapHours (24). There are never more than two: "
                + "rotated again within that time, the secret before the last ends at once.")
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status409Conflict).HasETag();
        one.MapPost("/pause", PauseAsync).WithName("pauseWebhook").WithSummary("Hold deliveries")
            .WithDescription("Deliveries go on being made, and are held until the endpoint is resumed; for 30 days at most. What is being sent at the moment ends by itself.")
            .ProducesProblem(StatusCodes.Status409Conflict).HasETag();
        one.MapPost("/resume", ResumeAsync).WithName("resumeWebhook").WithSummary("Send what was held")
            .WithDescription("Oldest first, and new events after them.").HasETag();
        one.MapPost("/replay", ReplayAsync).WithName("replayWebhook").WithSummary("Send the events of a time range once more")
            .WithDescription("Each with the webhook-id it had. An event that is on its way to the endpoint already is left out. With nextCursor, send the request again with it as cursor for the rest.")
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status409Conflict);
    }

    public static async Task<Results<Accepted<AcceptedDeliveryResponse>, ProblemHttpResult>> RedeliverAsync(
        Guid id, ClaimsPrincipal user, Redelivery redelivery, CancellationToken cancellationToken)
    {
        var (accepted, problem) = await redelivery.RedeliverAsync(user.UserId(), id, cancellationToken);
        return accepted is null ? problem! : Accepted(accepted);
    }

    private static async Task<Results<Accepted<AcceptedDeliveryResponse>, ProblemHttpResult>> TestAsync(
        Guid id, ClaimsPrincipal user, TaskDbContext database, WebhookWriter writer, TimeProvider clock, CancellationToken cancellationToken)
    {
        var userId = user.UserId();
        return await database.InTransactionAsync<Results<Accepted<AcceptedDeliveryResponse>, ProblemHttpResult>>(async token =>
        {
            var endpoint = await database.WebhookEndpoints
                .FromSql($"SELECT * FROM webhook_endpoints WHERE id = {id} AND user_id = {userId} FOR NO KEY UPDATE").SingleOrDefaultAsync(token);
            if (endpoint is null)
            {
                return Problems.NotFound("webhook");
            }

            if (Redelivery.ProblemOf(endpoint) is { } problem)
            {
                return problem;
            }

            if (endpoint.PausedAt is not null)
            {
                return Problems.Conflict("status", "The endpoint is paused, so a test would be held; resume it first.");
            }

            var now = clock.Now();
            var test = new WebhookEvent
            {
                UserId = userId,
                Type = WebhookEventTypes.WebhookTest,
                EndpointId = id,
                Payload = WebhookPayload.ForTest(now, id, endpoint.Url),
                OccurredAt = now,
                TraceParent = Activity.Current?.Id,
            };
            database.WebhookEvents.Add(test);
            // Whoever asks for a test has mended the receiver, and does not want to wait for the next probe.
            endpoint.LatchedUntil = null;
            await database.SaveChangesAsync(token);
            await writer.WakeAsync(token);
            var delivery = await database.WebhookDeliveries.Where(d => d.EventId == test.Id).Select(d => d.Id).SingleAsync(token);
            return Accepted(new AcceptedDeliveryResponse(test.Id, delivery));
        }, cancellationToken);
    }

    private static async Task<Results<Ok<WebhookSecretResponse>, ProblemHttpResult>> RotateAsync(
        Guid id, RotateSecretRequest? request, ClaimsPrincipal user, WebhookWriter writer, WebhookSecrets secrets, TimeProvider clock, HttpContext context,
        CancellationToken cancellationToken)
    {
        var overlap = TimeSpan.FromHours((request ?? new RotateSecretRequest()).OverlapHours);
        var secret = WebhookSecrets.Generate();
        var (endpoint, problem) = await writer.ChangeAsync(user.UserId(), id, context.Request.Headers.IfMatch, (endpoint, _) =>
        {
            if (endpoint.UseSharedSecret)
            {
                return Task.FromResult<ProblemHttpResult?>(Problems.Conflict(
                    "useSharedSecret", "The endpoint signs with the server's secret, which its operator rotates; create an endpoint with a secret of its own."));
            }

            endpoint.PreviousSecret = overlap > TimeSpan.Zero ? endpoint.Secret : null;
            endpoint.PreviousSecretExpiresAt = overlap > TimeSpan.Zero && endpoint.Secret is not null ? clock.Now() + overlap : null;
            endpoint.Secret = secrets.Protect(secret);
            return Task.FromResult<ProblemHttpResult?>(null);
        }, cancellationToken);
        return endpoint is null ? problem! : TypedResults.Ok(WebhookEndpoints.Tag(context, new WebhookSecretResponse(endpoint, secret)));
    }

    private static Task<Results<Ok<WebhookResponse>, ProblemHttpResult>> PauseAsync(
        Guid id, ClaimsPrincipal user, WebhookWriter writer, TimeProvider clock, HttpContext context, CancellationToken cancellationToken) =>
        ChangeAsync(id, user, writer, context, endpoint =>
        {
            if (Redelivery.ProblemOf(endpoint) is { } problem)
            {
                return problem;
            }

            endpoint.PausedAt ??= clock.Now();
            return null;
        }, cancellationToken);

    private static Task<Results<Ok<WebhookResponse>, ProblemHttpResult>> ResumeAsync(
        Guid id, ClaimsPrincipal user, WebhookWriter writer, HttpContext context, CancellationToken cancellationToken) =>
        ChangeAsync(id, user, writer, context, endpoint =>
        {
            if (endpoint.PausedAt is not null)
            {
                endpoint.PausedAt = null;
                WebhookWriter.BeginAnew(endpoint);
            }

            return null;
        }, cancellationToken);

    private static async Task<Results<Ok<WebhookResponse>, ProblemHttpResult>> ChangeAsync(
        Guid id, ClaimsPrincipal user, WebhookWriter writer, HttpContext context, Func<WebhookEndpoint, ProblemHttpResult?> change, CancellationToken cancellationToken)
    {
        var (endpoint, problem) = await writer.ChangeAsync(
            user.UserId(), id, context.Request.Headers.IfMatch, (endpoint, _) => Task.FromResult(change(endpoint)), cancellationToken);
        return endpoint is null ? problem! : TypedResults.Ok(WebhookEndpoints.Tag(context, new WebhookResponse(endpoint)));
    }

    private static async Task<Results<Accepted<ReplayResponse>, ProblemHttpResult>> ReplayAsync(
        Guid id, ReplayRequest request, ClaimsPrincipal user, Redelivery redelivery, CancellationToken cancellationToken)
    {
        var (replayed, problem) = await redelivery.ReplayAsync(user.UserId(), id, request, cancellationToken);
        return replayed is null ? problem! : TypedResults.Accepted($"/api/v1/webhooks/{id}/deliveries", replayed);
    }

    private static Accepted<AcceptedDeliveryResponse> Accepted(AcceptedDeliveryResponse accepted) =>
        TypedResults.Accepted($"/api/v1/webhook-deliveries/{accepted.DeliveryId}", accepted);
}
