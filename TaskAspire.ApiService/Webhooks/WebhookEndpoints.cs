using System.Security.Claims;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using TaskAspire.ApiService.Auth;
using TaskAspire.ApiService.Errors;
using TaskAspire.ApiService.Json;
using TaskAspire.ApiService.OpenApi;
using TaskAspire.ApiService.Writing;
using TaskAspire.Data;
using TaskAspire.Data.Webhooks;

namespace TaskAspire.ApiService.Webhooks;

internal static class WebhookEndpoints
{
    /// <summary>Each event is delivered to every endpoint that asked for it, so their number bounds what one write costs.</summary>
    private const int MaxPerUser = 100;

    public static WebApplicationBuilder AddWebhooks(this WebApplicationBuilder builder)
    {
        builder.Services.AddScoped<WebhookWriter>().AddScoped<Redelivery>();
        return builder;
    }

    public static RouteGroupBuilder MapWebhooks(this RouteGroupBuilder api)
    {
        var webhooks = api.MapGroup("/webhooks").WithTags("Webhooks").RequireAuthorization(AuthPolicies.WebhooksManage)
            .ProducesProblem(StatusCodes.Status401Unauthorized);
        webhooks.MapGet("", ListAsync).WithName("listWebhooks").WithSummary("List webhook endpoints").HasETag();
        webhooks.MapPost("", CreateAsync).WithName("createWebhook").WithSummary("Create a webhook endpoint")
            .WithDescription($"The answer holds the signing secret; it is not shown again. There can be {MaxPerUser} endpoints.")
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status409Conflict).MakesETag();

        var one = webhooks.MapGroup("/{id:guid}").ProducesProblem(StatusCodes.Status404NotFound);
        one.MapGet("", GetAsync).WithName("getWebhook").WithSummary("Get a webhook endpoint").HasETag();
        one.MapPatch("", PatchAsync).WithName("patchWebhook").WithSummary("Change a webhook endpoint")
            .WithDescription("JSON merge patch (RFC 7396): a field that is not sent is not touched, null clears one.")
            .Accepts<WebhookPatch>(BodyKinds.MergePatch, BodyKinds.Json)
            .ProducesProblem(StatusCodes.Status400BadRequest).HasETag();
        one.MapDelete("", DeleteAsync).WithName("deleteWebhook").WithSummary("Delete a webhook endpoint").WithDescription("Its deliveries go with it.").HasETag();
        one.MapWebhookActions();
        one.MapGet("/stats", WebhookStats.GetAsync).WithName("getWebhookStats").WithSummary("How an endpoint does").DescribeStatsQuery()
            .ProducesProblem(StatusCodes.Status400BadRequest);
        one.MapGet("/deliveries", DeliveryQueries.ListAsync).WithName("listDeliveries").WithSummary("List deliveries of an endpoint")
            .WithDescription("Newest first, each with its attempts.").DescribeDeliveryQuery().ProducesProblem(StatusCodes.Status400BadRequest);

        api.MapGet("/webhook-events/types", EventCatalogue.List).WithTags("Webhooks").RequireAuthorization(AuthPolicies.WebhooksManage)
            .WithName("listWebhookEventTypes").WithSummary("The types of event, each with the JSON Schema of its body and an example")
            .ProducesProblem(StatusCodes.Status401Unauthorized);

        var delivery = api.MapGroup("/webhook-deliveries/{id:guid}").WithTags("Webhooks").RequireAuthorization(AuthPolicies.WebhooksManage)
            .ProducesProblem(StatusCodes.Status401Unauthorized).ProducesProblem(StatusCodes.Status404NotFound);
        delivery.MapGet("", DeliveryQueries.GetAsync).WithName("getDelivery").WithSummary("Get a delivery, its body and its attempts");
        delivery.MapPost("/redeliver", WebhookActions.RedeliverAsync).WithName("redeliver").WithSummary("Deliver once more")
            .WithDescription("A delivery that is finished is made anew, with the same webhook-id; one that waits for its next attempt has it now.")
            .ProducesProblem(StatusCodes.Status409Conflict);
        return api;
    }

    private static async Task<Results<Ok<WebhookListResponse>, StatusCodeHttpResult, ProblemHttpResult>> ListAsync(
        ClaimsPrincipal user, TaskDbContext database, HttpContext context, CancellationToken cancellationToken)
    {
        var userId = user.UserId();
        var endpoints = await database.WebhookEndpoints.AsNoTracking().Where(e => e.UserId == userId).OrderBy(e => e.Id).ToListAsync(cancellationToken);
        return new WebhookListResponse(endpoints.ConvertAll(e => new WebhookResponse(e))).AnswerList(context);
    }

    private static async Task<Results<Ok<WebhookResponse>, StatusCodeHttpResult, ProblemHttpResult>> GetAsync(
        Guid id, ClaimsPrincipal user, TaskDbContext database, HttpContext context, CancellationToken cancellationToken)
    {
        var userId = user.UserId();
        var endpoint = await database.WebhookEndpoints.AsNoTracking().SingleOrDefaultAsync(e => e.Id == id && e.UserId == userId, cancellationToken);
        if (endpoint is null)
        {
            return Problems.NotFound("webhook");
        }

        var response = new WebhookResponse(endpoint);
        return EntityTags.IsKnown(context, WebhookETag.Of(response))
            ? TypedResults.StatusCode(StatusCodes.Status304NotModified)
            : TypedResults.Ok(response);
    }

    private static async Task<Results<Created<WebhookSecretResponse>, ProblemHttpResult>> CreateAsync(
        WebhookRequest request, ClaimsPrincipal user, TaskDbContext database, WebhookWriter writer, WebhookSecrets secrets, HttpContext context,
        TimeProvider clock, CancellationToken cancellationToken)
    {
        var now = clock.Now();
        var secret = request.UseSharedSecret ? null : WebhookSecrets.Generate();
        var endpoint = new WebhookEndpoint
        {
            UserId = user.UserId(),
            Url = "",
            Events = [],
            UseSharedSecret = request.UseSharedSecret,
            Secret = secret is null ? null : secrets.Protect(secret),
            CreatedAt = now,
            UpdatedAt = now,
        };
        var targetProblem = await writer.FindTargetProblemAsync(request.Url, cancellationToken);
        if (await writer.FindProblemAsync(endpoint, request, targetProblem, cancellationToken) is { } problem)
        {
            return problem;
        }

        writer.Apply(endpoint, request);
        if (!await TryAddAsync(database, endpoint, cancellationToken))
        {
            return Problems.Conflict("url", $"There are {MaxPerUser} webhook endpoints already, which is as many as there can be; delete one first.");
        }

        return TypedResults.Created($"/api/v1/webhooks/{endpoint.Id}", Tag(context, new WebhookSecretResponse(endpoint, secret)));
    }

    private static Task<bool> TryAddAsync(TaskDbContext database, WebhookEndpoint endpoint, CancellationToken cancellationToken) =>
        database.InTransactionAsync(async token =>
        {
            // One after the other, or two would both be the hundredth. Writers of tasks do not wait for this lock.
            await database.Database.ExecuteSqlAsync($"SELECT FROM users WHERE id = {endpoint.UserId} FOR NO KEY UPDATE", token);
            if (await database.WebhookEndpoints.AnyAsync(e => e.Id == endpoint.Id, token))
            {
                // The run before was committed after all.
                return true;
            }

            if (await database.WebhookEndpoints.CountAsync(e => e.UserId == endpoint.UserId, token) >= MaxPerUser)
            {
                return false;
            }

            database.WebhookEndpoints.Add(endpoint);
            await database.SaveChangesAsync(token);
            return true;
        }, cancellationToken);

    private static async Task<Results<Ok<WebhookResponse>, ProblemHttpResult>> PatchAsync(
        Guid id, [FromBody] JsonObject patch, ClaimsPrincipal user, WebhookWriter writer, RequestValidation validation, HttpContext context,
        CancellationToken cancellationToken)
    {
        var targetProblem = patch["url"] is JsonValue value && value.TryGetValue<string>(out var url) ? await writer.FindTargetProblemAsync(url, cancellationToken) : null;
        var (changed, problem) = await writer.ChangeAsync(user.UserId(), id, context.Request.Headers.IfMatch, async (endpoint, token) =>
        {
            var request = MergePatch.Apply(writer.RequestFor(endpoint, patch["headers"] as JsonObject), patch);
            var refusal = await validation.CheckAsync(request, token) is { } errors
                ? Problems.Validation(errors)
                : request.UseSharedSecret != endpoint.UseSharedSecret
                    ? Problems.Validation("useSharedSecret", "It is decided when the endpoint is created; create another one.")
                    : await writer.FindProblemAsync(endpoint, request, targetProblem, token);
            if (refusal is null)
            {
                writer.Apply(endpoint, request);
            }

            return refusal;
        }, cancellationToken);
        return changed is null ? problem! : TypedResults.Ok(Tag(context, new WebhookResponse(changed)));
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> DeleteAsync(
        Guid id, ClaimsPrincipal user, WebhookWriter writer, HttpContext context, CancellationToken cancellationToken) =>
        await writer.DeleteAsync(user.UserId(), id, context.Request.Headers.IfMatch, cancellationToken) is { } problem ? problem : TypedResults.NoContent();

    internal static T Tag<T>(HttpContext context, T response)
        where T : WebhookResponse
    {
        context.Response.Headers.ETag = WebhookETag.Of(response);
        return response;
    }
}
