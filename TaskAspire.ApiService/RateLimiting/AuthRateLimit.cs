namespace TaskAspire.ApiService.RateLimiting;

/// <summary>
/// The limit on tries to get a token or an account. An endpoint filter, because the account stands in the body and is known only
/// once that has been bound.
/// </summary>
internal static class AuthRateLimit
{
    private const string Error = "Too many authentication attempts";

    /// <summary>Limits the endpoint per client address and account.</summary>
    /// <typeparam name="TRequest">The type of the body.</typeparam>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="account">The account that a body names, in a form that is the same for all spellings.</param>
    internal static RouteHandlerBuilder RequireAuthRateLimit<TRequest>(this RouteHandlerBuilder endpoint, Func<TRequest, string> account) =>
        endpoint.AddEndpointFilter(async (invocation, next) =>
        {
            var context = invocation.HttpContext;
            var limiter = context.RequestServices.GetRequiredService<RequestLimiter>();
            if (limiter.IsEnabled)
            {
                var name = account(invocation.Arguments.OfType<TRequest>().Single());
                var count = await limiter.CountAuthAsync(ClientAddress.Of(context), name, context.RequestAborted);
                RateLimitResponses.Announce(context, count);
                if (count.IsExceeded)
                {
                    return RateLimitResponses.Reject(context, count, Error);
                }
            }

            return await next(invocation);
        });
}
