using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using TaskAspire.ApiService.Errors;

namespace TaskAspire.ApiService.Auth;

/// <summary>A person's own sessions: where am I logged in, and out with the rest.</summary>
internal static class SessionEndpoints
{
    internal static void Map(RouteGroupBuilder sessions)
    {
        sessions.MapGet("", ListAsync)
            .WithName("listSessions").WithSummary("The caller's sessions")
            .WithDescription("Those that go on, the newest first, at most 100; current is the one that this request was made with.")
            .ProducesProblem(StatusCodes.Status401Unauthorized).ProducesProblem(StatusCodes.Status429TooManyRequests);
        sessions.MapDelete("", EndOthersAsync)
            .WithName("endOtherSessions").WithSummary("End all of the caller's sessions but this one")
            .WithDescription("Their tokens are refused from now on. To end this session too, log out.")
            .ProducesProblem(StatusCodes.Status401Unauthorized).ProducesProblem(StatusCodes.Status429TooManyRequests);
        sessions.MapDelete("/{id:guid}", EndAsync)
            .WithName("endSession").WithSummary("End one of the caller's sessions")
            .WithDescription("Its tokens are refused from now on. Ending a session that has ended is no error.")
            .ProducesProblem(StatusCodes.Status401Unauthorized).ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status429TooManyRequests);
    }

    internal static async Task<Ok<SessionListResponse>> ListAsync(ClaimsPrincipal caller, Sessions sessions, CancellationToken cancellationToken)
    {
        var current = caller.SessionId();
        var items = await sessions.ListAsync(caller.UserId(), cancellationToken);
        return TypedResults.Ok(new SessionListResponse(
            [.. items.Select(s => new SessionResponse(s.Id, s.Id == current, s.CreatedAt, s.LastUsedAt, s.ExpiresAt, s.UserAgent, s.IpAddress))]));
    }

    internal static async Task<NoContent> EndOthersAsync(ClaimsPrincipal caller, Sessions sessions, CancellationToken cancellationToken)
    {
        await sessions.EndOthersAsync(caller.UserId(), caller.SessionId(), cancellationToken);
        return TypedResults.NoContent();
    }

    internal static async Task<Results<NoContent, ProblemHttpResult>> EndAsync(
        Guid id, ClaimsPrincipal caller, Sessions sessions, CancellationToken cancellationToken) =>
        await sessions.EndAsync(caller.UserId(), id, cancellationToken) ? TypedResults.NoContent() : Problems.NotFound("session");
}
