using System.Security.Claims;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace TaskAspire.ApiService.Auth;

/// <summary>Issues access tokens (RFC 9068).</summary>
internal sealed class AccessTokens(JwtKeys keys, IOptions<JwtOptions> options, TimeProvider clock)
{
    /// <summary>The header <c>typ</c>, which keeps a token made for another purpose from passing as an access token.</summary>
    internal const string Type = "at+jwt";

    private readonly JsonWebTokenHandler _handler = new() { SetDefaultTimesOnTokenCreation = false };

    /// <summary>How long a token issued now is good.</summary>
    public TimeSpan Lifetime => options.Value.AccessTokenLifetime;

    /// <summary>A token for a user's session.</summary>
    public string Issue(Guid userId, Guid sessionId)
    {
        var now = clock.GetUtcNow().UtcDateTime;
        return _handler.CreateToken(new SecurityTokenDescriptor
        {
            TokenType = Type,
            Issuer = options.Value.Issuer,
            Audience = options.Value.Audience,
            IssuedAt = now,
            NotBefore = now,
            Expires = now + Lifetime,
            SigningCredentials = keys.Signing,
            Subject = new ClaimsIdentity(
            [
                new Claim(AuthClaims.Subject, userId.ToString()),
                new Claim(AuthClaims.SessionId, sessionId.ToString()),
                new Claim(JwtRegisteredClaimNames.Jti, Guid.NewGuid().ToString()),
            ]),
        });
    }
}
