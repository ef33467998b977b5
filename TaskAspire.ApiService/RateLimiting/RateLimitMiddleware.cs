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

    public async Task InvokeAsync(HttpContext context)
    {
        if (RequestLimiter.IsLimited(context))
        {
            var count = context.Features.Get<CountedRequest>()?.Count ?? await limiter.CountApiAsync(CallerOf(context), context.RequestAborted);
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
        : context.User.FindUserId() is { } user ? RequestLimiter.UserCaller(user)
        : $"address:{ClientAddress.Of(context)}";
}

/// <summary>A request that was counted when its session was asked about.</summary>
internal sealed record CountedRequest(RateLimitCount Count);
