using TaskAspire.ApiService.Auth;

namespace TaskAspire.ApiService.RateLimiting;

/// <summary>
/// The limit on the whole API. Not the framework's middleware: that asks its limiter synchronously first, gives the lease of an
/// admitted request to nobody (so there is nothing to write the headers from), and keeps a limiter and a timer per caller,
/// which a count kept in Redis has no use for.
/// </summary>
internal sealed class RateLimitMiddleware(RequestDelegate next, RequestLimiter limiter)
{
    private const string Error = "Too many API requests";
    private static readonly PathString LimitedPath = "/api";

    public async Task InvokeAsync(HttpContext context)
    {
        // All else (health, metrics, keys, documentation) is asked for by machines at their own pace, and costs little.
        if (context.Request.Path.StartsWithSegments(LimitedPath, StringComparison.OrdinalIgnoreCase))
        {
            var count = await limiter.CountApiAsync(CallerOf(context), context.RequestAborted);
            RateLimitResponses.Announce(context, count);
            if (count.IsExceeded)
            {
                await RateLimitResponses.Reject(context, count, Error).ExecuteAsync(context);
                return;
            }
        }

        await next(context);
    }

    /// <summary>A program with a key of its own takes nothing from its owner, who works with the same account in a browser.</summary>
    private static string CallerOf(HttpContext context) =>
        context.User.FindApiKeyId() is { } key ? $"key:{key}"
        : context.User.FindUserId() is { } user ? $"user:{user}"
        : $"address:{ClientAddress.Of(context)}";
}
