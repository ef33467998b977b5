using System.Security.Claims;

namespace TaskAspire.ApiService.Auth;

/// <summary>Who is calling, for handlers behind one of the <see cref="AuthPolicies"/>.</summary>
internal static class CurrentUser
{
    /// <summary>The caller's id.</summary>
    /// <exception cref="InvalidOperationException">The endpoint lets anonymous callers in.</exception>
    internal static Guid UserId(this ClaimsPrincipal principal) =>
        principal.FindUserId() ?? throw new InvalidOperationException($"The endpoint requires none of {nameof(AuthPolicies)}, so there may be no user.");

    /// <summary>The caller's id; null for an anonymous one.</summary>
    internal static Guid? FindUserId(this ClaimsPrincipal principal) =>
        principal is SessionPrincipal known ? known.Session.UserId : principal.FindGuid(AuthClaims.Subject);

    /// <summary>The session of the caller's access token.</summary>
    /// <exception cref="InvalidOperationException">The endpoint does not require <see cref="AuthPolicies.Session"/>.</exception>
    internal static Guid SessionId(this ClaimsPrincipal principal) =>
        principal.FindSessionId() ?? throw new InvalidOperationException($"The endpoint does not require {nameof(AuthPolicies)}.{nameof(AuthPolicies.Session)}.");

    /// <summary>The session of the caller's access token; null when another credential, or none, was shown.</summary>
    internal static Guid? FindSessionId(this ClaimsPrincipal principal) =>
        principal is SessionPrincipal known ? known.Session.Id : principal.FindGuid(AuthClaims.SessionId);

    /// <summary>The caller's API key; null when another credential, or none, was shown.</summary>
    internal static Guid? FindApiKeyId(this ClaimsPrincipal principal) =>
        principal is SessionPrincipal ? null : principal.FindGuid(AuthClaims.ApiKeyId);

    private static Guid? FindGuid(this ClaimsPrincipal principal, string claim) =>
        Guid.TryParse(principal.FindFirst(claim)?.Value, out var id) ? id : null;
}
