using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using TaskAspire.ApiService.Errors;

namespace TaskAspire.ApiService.RateLimiting;

/// <summary>What a client is told about its limits.</summary>
internal static class RateLimitResponses
{
    internal const string LimitHeader = "RateLimit-Limit";
    internal const string RemainingHeader = "RateLimit-Remaining";
    internal const string ResetHeader = "RateLimit-Reset";

    /// <summary>Puts the headers on the answer. Where several limits apply, the one that is nearest to its end speaks.</summary>
    internal static void Announce(HttpContext context, RateLimitCount count)
    {
        if (context.Features.Get<Announcement>() is { } announcement)
        {
            if (count.Remaining < announcement.Count.Remaining || count.IsExceeded)
            {
                announcement.Count = count;
            }

            return;
        }

        context.Features.Set(new Announcement { Count = count });
        // Not at once: the output cache would store them and tell the next caller about this one.
        context.Response.OnStarting(WriteHeaders, context);
    }

    internal static ProblemHttpResult Reject(HttpContext context, RateLimitCount count, string error) => TooMany(
        context.Response, error, $"{count.Limit} requests are allowed in the window; the next in {count.ResetAfterSeconds} seconds.", count.ResetAfterSeconds);

    /// <summary>The 429, with the members that the integrations document names beside those of RFC 9457.</summary>
    internal static ProblemHttpResult TooMany(HttpResponse response, string error, string detail, int retryAfterSeconds)
    {
        response.Headers.RetryAfter = retryAfterSeconds.ToString(CultureInfo.InvariantCulture);
        var problem = Problems.Details(StatusCodes.Status429TooManyRequests, ProblemTypes.TooManyRequests, detail);
        problem.Extensions["error"] = error;
        problem.Extensions["retryAfter"] = retryAfterSeconds;
        return TypedResults.Problem(problem);
    }

    private static Task WriteHeaders(object state)
    {
        var context = (HttpContext)state;
        var count = context.Features.Get<Announcement>()!.Count;
        var headers = context.Response.Headers;
        headers[LimitHeader] = count.Limit.ToString(CultureInfo.InvariantCulture);
        headers[RemainingHeader] = count.Remaining.ToString(CultureInfo.InvariantCulture);
        headers[ResetHeader] = count.ResetAfterSeconds.ToString(CultureInfo.InvariantCulture);
        return Task.CompletedTask;
    }

    private sealed class Announcement
    {
        public required RateLimitCount Count { get; set; }
    }
}
