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
    private const int MaxPerUser = 50;

    public static WebApplicationBuilder AddWebhooks(this WebApplicationBuilder builder)
    {
        builder.Services.AddScoped<WebhookWriter>();
        return builder;
    }

    public static RouteGroupBuilder MapWebhooks(this RouteGroupBuilder api)
    {
        var webhooks = api.MapGroup("/webhooks").WithTags("Webhooks").RequireAuthorization(AuthPolicies.WebhooksManage)
            .ProducesProblem(StatusCodes.Status401Unauthorized);
        webhooks.MapGet("", ListAsync).WithName("listWebhooks").WithSummary("List webhook endpoints");
        webhooks.MapPost("", CreateAsync).WithName("createWebhook").WithSummary("Create a webhook endpoint")
            .WithDescription("The answer holds the signing secret; it is not shown again.")
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status409Conflict);

        var one = webhooks.MapGroup("/{id:guid}").ProducesProblem(StatusCodes.Status404NotFound);
        one.MapGet("", GetAsync).WithName("getWebhook").WithSummary("Get a webhook endpoint");
        one.MapPatch("", PatchAsync).WithName("patchWebhook").WithSummary("Change a webhook endpoint")
            .WithDescription("JSON merge patch (RFC 7396): a field that is not sent is not touched, null clears one.")
            .Accepts<WebhookPatch>("application/merge-patch+json", "application/json").ProducesProblem(StatusCodes.Status400BadRequest);
        one.MapDelete("", DeleteAsync).WithName("deleteWebhook").WithSummary("Delete a webhook endpoint").WithDescription("Its deliveries go with it.");
        one.MapGet("/deliveries", DeliveryQueries.ListAsync).WithName("listDeliveries").WithSummary("List deliveries of an endpoint")
            .WithDescription("Newest first, each with its attempts.").DescribeDeliveryQuery().ProducesProblem(StatusCodes.Status400BadRequest);

        api.MapGet("/webhook-deliveries/{id:guid}", DeliveryQueries.GetAsync).WithTags("Webhooks").RequireAuthorization(AuthPolicies.WebhooksManage)
            .WithName("getDelivery").WithSummary("Get a delivery, its body and its attempts")
            .ProducesProblem(StatusCodes.Status401Unauthorized).ProducesProblem(StatusCodes.Status404NotFound);
        return api;
    }

    private static async Task<Ok<WebhookListResponse>> ListAsync(ClaimsPrincipal user, TaskDbContext database, CancellationToken cancellationToken)
    {
        var userId = user.UserId();
        var endpoints = await database.WebhookEndpoints.AsNoTracking().Where(e => e.UserId == userId).OrderBy(e => e.Id).ToListAsync(cancellationToken);
        return TypedResults.Ok(new WebhookListResponse(endpoints.ConvertAll(e => new WebhookResponse(e))));
    }

    private static async Task<Results<Ok<WebhookResponse>, ProblemHttpResult>> GetAsync(
        Guid id, ClaimsPrincipal user, TaskDbContext database, CancellationToken cancellationToken)
    {
        var userId = user.UserId();
        var endpoint = await database.WebhookEndpoints.AsNoTracking().SingleOrDefaultAsync(e => e.Id == id && e.UserId == userId, cancellationToken);
        return endpoint is null ? Problems.NotFound("webhook") : TypedResults.Ok(new WebhookResponse(endpoint));
    }

    private static async Task<Results<Created<WebhookCreatedResponse>, ProblemHttpResult>> CreateAsync(
        WebhookRequest request, ClaimsPrincipal user, TaskDbContext database, WebhookWriter writer, WebhookSecrets secrets, TimeProvider clock,
        CancellationToken cancellationToken)
    {
        var userId = user.UserId();
        if (await writer.FindProblemAsync(request, cancellationToken) is { } problem)
        {
            return problem;
        }

        if (await database.WebhookEndpoints.CountAsync(e => e.UserId == userId, cancellationToken) >= MaxPerUser)
        {
            return Problems.Conflict("url", $"There are {MaxPerUser} webhook endpoints already, which is as many as there can be; delete one first.");
        }

        var secret = request.UseSharedSecret ? null : WebhookSecrets.Generate();
        var endpoint = new WebhookEndpoint
        {
            UserId = userId,
            Url = request.Url,
            Events = [],
            UseSharedSecret = request.UseSharedSecret,
            Secret = secret is null ? null : secrets.Protect(secret),
            CreatedAt = clock.Now(),
        };
        writer.Apply(endpoint, request);
        database.WebhookEndpoints.Add(endpoint);
        await database.SaveChangesAsync(cancellationToken);
        return TypedResults.Created($"/api/v1/webhooks/{endpoint.Id}", new WebhookCreatedResponse(endpoint, secret));
    }

    private static Task<Results<Ok<WebhookResponse>, ProblemHttpResult>> PatchAsync(
        Guid id, [FromBody] JsonObject patch, ClaimsPrincipal user, TaskDbContext database, WebhookWriter writer, RequestValidation validation,
        CancellationToken cancellationToken)
    {
        var userId = user.UserId();
        return database.InTransactionAsync<Results<Ok<WebhookResponse>, ProblemHttpResult>>(async token =>
        {
            var endpoint = await database.WebhookEndpoints
                .FromSql($"SELECT * FROM webhook_endpoints WHERE id = {id} AND user_id = {userId} FOR UPDATE").SingleOrDefaultAsync(token);
            if (endpoint is null)
            {
                return Problems.NotFound("webhook");
            }

            var request = MergePatch.Apply(writer.RequestFor(endpoint), patch);
            var problem = await validation.CheckAsync(request, token) is { } errors
                ? Problems.Validation(errors)
                : request.UseSharedSecret != endpoint.UseSharedSecret
                    ? Problems.Validation("useSharedSecret", "It is decided when the endpoint is created; create another one.")
                    : await writer.FindProblemAsync(request, token);
            if (problem is not null)
            {
                return problem;
            }

            writer.Apply(endpoint, request);
            await database.SaveChangesAsync(token);
            return TypedResults.Ok(new WebhookResponse(endpoint));
        }, cancellationToken);
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> DeleteAsync(
        Guid id, ClaimsPrincipal user, TaskDbContext database, CancellationToken cancellationToken)
    {
        var userId = user.UserId();
        var deleted = await database.WebhookEndpoints.Where(e => e.Id == id && e.UserId == userId).ExecuteDeleteAsync(cancellationToken);
        return deleted == 0 ? Problems.NotFound("webhook") : TypedResults.NoContent();
    }
}
