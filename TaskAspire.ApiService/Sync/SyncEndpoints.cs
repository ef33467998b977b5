using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using TaskAspire.ApiService.Auth;
using TaskAspire.ApiService.Changes;
using TaskAspire.ApiService.Errors;
using TaskAspire.ApiService.OpenApi;
using TaskAspire.ServiceDefaults.Configuration;

namespace TaskAspire.ApiService.Sync;

internal static class SyncEndpoints
{
    /// <summary>Reading what changed, and removing what is past keeping.</summary>
    public static WebApplicationBuilder AddSync(this WebApplicationBuilder builder)
    {
        builder.Services.AddSettings<ChangeOptions>(ChangeOptions.Section);
        builder.Services.AddScoped<ChangeReader>().AddScoped<SnapshotReader>();
        builder.Services.AddHostedService<ChangeCleanup>();
        return builder;
    }

    public static RouteGroupBuilder MapSync(this RouteGroupBuilder api)
    {
        api.MapGet("/sync", SyncAsync).WithName("sync").WithTags("Sync").WithSummary("What changed since the last time")
            .WithDescription(
                "Without token, all that there is, page by page, then the changes since it began. With nextToken of the answer before, what was changed since: "
                + "each change once, in the order of commits, deletions included. Go on at once while hasMore is true, and keep nextToken for later.")
            .DescribeSyncQuery().RequireAuthorization(AuthPolicies.TasksRead)
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status401Unauthorized).ProducesProblem(StatusCodes.Status410Gone);
        return api;
    }

    private static async Task<Results<Ok<SyncResponse>, ProblemHttpResult>> SyncAsync(
        SyncQuery query, ClaimsPrincipal user, ChangeReader changes, SnapshotReader snapshots, HttpContext context, CancellationToken cancellationToken)
    {
        if (query.Errors.Count > 0)
        {
            return Problems.Validation(query.Errors);
        }

        context.Response.Headers.CacheControl = "no-store";
        var userId = user.UserId();
        if (query.Token is not { Stage: SyncStage.Changes } token)
        {
            return TypedResults.Ok(await snapshots.ReadAsync(userId, query.Token, query.Limit, cancellationToken));
        }

        if (await changes.ReadAsync(userId, token.Point, query.Limit, cancellationToken) is not { } page)
        {
            return Problems.SyncTokenExpired();
        }

        return TypedResults.Ok(new SyncResponse(page.Changes, false, page.End.Sequence, SyncToken.Since(page.End).ToString(userId), page.HasMore));
    }
}
