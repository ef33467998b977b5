using System.Globalization;
using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using TaskAspire.ApiService.Auth;
using TaskAspire.ApiService.Errors;
using TaskAspire.ApiService.OpenApi;
using TaskAspire.ApiService.Sync;
using TaskAspire.ServiceDefaults.Configuration;

namespace TaskAspire.ApiService.Live;

internal static class LiveEndpoints
{
    private const int RetryAfterSeconds = 10;

    public static WebApplicationBuilder AddLiveEvents(this WebApplicationBuilder builder)
    {
        builder.Services.AddSettings<LiveOptions>(LiveOptions.Section);
        builder.Services.AddSingleton<LiveListeners>();
        builder.Services.AddSingleton<LiveChanges>();
        builder.Services.AddSingleton<LiveStreams>();
        builder.Services.AddHostedService<ChangeNotifications>();
        return builder;
    }

    public static RouteGroupBuilder MapLiveEvents(this RouteGroupBuilder api)
    {
        api.MapGet("/events", ListenAsync).WithName("listenToEvents").WithTags("Sync").WithSummary("Changes as they happen")
            .WithDescription(
                "Server-sent events: the entries of GET /sync, each with its sequence as id and entity.operation (task.updated) as event. A connection that broke is "
                + "taken up with Last-Event-ID, without loss or repeats. It ends when the credential does.")
            .DescribeLiveQuery().RequireAuthorization(AuthPolicies.TasksRead)
            // Its length says nothing about speed.
            .DisableHttpMetrics()
            .Produces<SyncChange>(StatusCodes.Status200OK, EventStream.ContentType)
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status401Unauthorized).ProducesProblem(StatusCodes.Status410Gone);
        return api;
    }

    private static async Task<Results<EmptyHttpResult, ProblemHttpResult>> ListenAsync(
        LiveQuery query, ClaimsPrincipal user, LiveListeners listeners, LiveChanges changes, LiveStreams streams, HttpContext context, CancellationToken cancellationToken)
    {
        if (query.Errors.Count > 0)
        {
            return Problems.Validation(query.Errors);
        }

        // Before the first look, so that nothing falls between the two.
        using var listener = listeners.TryAdd(user.UserId(), out var refusal);
        if (listener is null)
        {
            return Refuse(context, refusal);
        }

        if (await changes.FindStartAsync(listener.UserId, query.After, cancellationToken) is not { } start)
        {
            return Problems.SyncTokenExpired();
        }

        await streams.RunAsync(context, listener, start);
        return TypedResults.Empty;
    }

    private static ProblemHttpResult Refuse(HttpContext context, LiveListeners.Refusal? refusal)
    {
        context.Response.Headers.RetryAfter = RetryAfterSeconds.ToString(CultureInfo.InvariantCulture);
        var problem = refusal is LiveListeners.Refusal.User
            ? Problems.Details(StatusCodes.Status429TooManyRequests, ProblemTypes.TooManyRequests, "You have as many live streams open as you may have at a time; close one first.")
            : Problems.Details(StatusCodes.Status503ServiceUnavailable, ProblemTypes.ServiceUnavailable, "There is no room for another live stream here. Connect again after the time in Retry-After.");
        if (refusal is LiveListeners.Refusal.User)
        {
            problem.Extensions["error"] = "Too many live streams";
            problem.Extensions["retryAfter"] = RetryAfterSeconds;
        }
        else
        {
            problem.Extensions["service"] = "events";
        }

        return TypedResults.Problem(problem);
    }
}
