namespace TaskAspire.ApiService.Auth;

internal static class NeverStoredExtensions
{
    /// <summary>Tokens, keys and accounts are kept by no cache on the way (RFC 6749 §5.1).</summary>
    public static RouteGroupBuilder NeverStored(this RouteGroupBuilder group) => group.AddEndpointFilter((invocation, next) =>
    {
        invocation.HttpContext.Response.Headers.CacheControl = "no-store";
        return next(invocation);
    });
}
