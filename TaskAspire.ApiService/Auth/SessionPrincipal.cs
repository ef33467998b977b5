using System.Security.Claims;

namespace TaskAspire.ApiService.Auth;

/// <summary>Who showed a good access token. The ids are read once a token, not by whoever asks for them in each request.</summary>
internal sealed class SessionPrincipal(ClaimsIdentity identity, SessionKey session) : ClaimsPrincipal(identity)
{
    public SessionKey Session => session;
}
