using TaskAspire.Data.Users;

namespace TaskAspire.ApiService.Auth;

/// <summary>An account, as its owner sees it.</summary>
/// <param name="Id">UUID.</param>
/// <param name="Email">The address as it was typed.</param>
/// <param name="DisplayName">The name shown to people.</param>
/// <param name="CreatedAt">UTC.</param>
public sealed record UserResponse(Guid Id, string Email, string DisplayName, DateTimeOffset CreatedAt)
{
    internal static UserResponse From(User user) => new(user.Id, user.Email, user.DisplayName, user.CreatedAt);
}

/// <summary>What a client shows from now on (RFC 6749 §5.1, in camelCase like the rest of the API).</summary>
/// <param name="AccessToken">A JSON Web Token signed with RS256; the keys are at <c>/.well-known/jwks.json</c>.</param>
/// <param name="TokenType">Always <c>Bearer</c>.</param>
/// <param name="ExpiresIn">Seconds until the access token expires.</param>
/// <param name="RefreshToken">For <c>POST /auth/refresh</c>, once. Using it a second time ends the session.</param>
/// <param name="RefreshTokenExpiresAt">When the session ends unless it is refreshed, UTC.</param>
public sealed record TokenResponse(string AccessToken, string TokenType, int ExpiresIn, string RefreshToken, DateTimeOffset RefreshTokenExpiresAt);

/// <summary>A log-in that has not ended.</summary>
/// <param name="Id">UUID; the claim <c>sid</c> of its access tokens.</param>
/// <param name="Current">Whether it is the one this request was made with.</param>
/// <param name="CreatedAt">When it began, UTC.</param>
/// <param name="LastUsedAt">The last refresh, UTC.</param>
/// <param name="ExpiresAt">When it ends unless it is refreshed, UTC.</param>
/// <param name="UserAgent">What the client called itself at log-in.</param>
/// <param name="IpAddress">The client's address at log-in.</param>
public sealed record SessionResponse(
    Guid Id, bool Current, DateTimeOffset CreatedAt, DateTimeOffset LastUsedAt, DateTimeOffset ExpiresAt, string? UserAgent, string? IpAddress);

/// <summary>The caller's sessions.</summary>
/// <param name="Items">The newest first, at most 100.</param>
public sealed record SessionListResponse(IReadOnlyList<SessionResponse> Items);

/// <summary>A JSON Web Key Set (RFC 7517 §5).</summary>
/// <param name="Keys">The key that signs, first, and those that are still or soon good.</param>
public sealed record JsonWebKeySetResponse(IReadOnlyList<JsonWebKeyResponse> Keys);

/// <summary>A public key (RFC 7517 §4, RFC 7518 §6.3.1).</summary>
/// <param name="Kty">Key type, always <c>RSA</c>.</param>
/// <param name="Use">Always <c>sig</c>.</param>
/// <param name="Alg">Always <c>RS256</c>.</param>
/// <param name="Kid">The key's thumbprint (RFC 7638).</param>
/// <param name="N">Modulus, base64url.</param>
/// <param name="E">Exponent, base64url.</param>
public sealed record JsonWebKeyResponse(string Kty, string Use, string Alg, string Kid, string N, string E);
