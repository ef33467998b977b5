using System.Security.Claims;

namespace TaskAspire.ApiService.Auth;

/// <summary>
/// Who showed a good access token. The ids are read, and the keys made that Redis is asked for, once a token and not by whoever wants them in each request.
/// </summary>
internal sealed class SessionPrincipal(ClaimsIdentity identity, SessionKey session) : ClaimsPrincipal(identity)
{
    public SessionKey Session => session;

    public SessionRedisKeys RedisKeys { get; } = new(session);
}
