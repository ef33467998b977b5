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
    /// <param name="account">The account that a request is about, in a form that is the same for all spellings; null for one that tries nothing.</param>
    /// <param name="alsoPerAddress">
    /// Limits the tries of an address on all accounts together, too: for endpoints where one password can be tried on many.
    /// </param>
    internal static RouteHandlerBuilder RequireAuthRateLimit<TRequest>(
        this RouteHandlerBuilder endpoint, Func<TRequest, HttpContext, string?> account, bool alsoPerAddress = false) =>
        endpoint.AddEndpointFilter(async (invocation, next) =>
        {
            var context = invocation.HttpContext;
            var limiter = context.RequestServices.GetRequiredService<RequestLimiter>();
            if (limiter.IsEnabled && account(invocation.Arguments.OfType<TRequest>().Single(), context) is { } name)
            {
                var count = await limiter.CountAuthAsync(ClientAddress.Of(context), name, alsoPerAddress, context.RequestAborted);
                RateLimitResponses.Announce(context, count);
                if (count.IsExceeded)
                {
                    return RateLimitResponses.Reject(context, count, Error);
                }
            }

            return await next(invocation);
        });
}
