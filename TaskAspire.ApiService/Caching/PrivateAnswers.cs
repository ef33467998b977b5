using TaskAspire.ApiService.Availability;

namespace TaskAspire.ApiService.Caching;

/// <summary>
/// Says of each answer of the API that it is one user's, and to be asked for again, unless its route says more. A cache on the way keeps its hands
/// off an answer to <c>Authorization</c> by itself (RFC 9111 §3.5), but knows nothing of <c>X-API-Key</c>. And no browser is to take one for what it does not say it is.
/// </summary>
internal sealed class PrivateAnswers(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext context)
    {
        if (context.Request.Path.StartsWithSegments(AvailabilityExtensions.GuardedPath))
        {
            context.Response.Headers.CacheControl = "private, no-cache";
            context.Response.Headers.XContentTypeOptions = "nosniff";
        }

        return next(context);
    }
}
