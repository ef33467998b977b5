namespace TaskAspire.ApiService.Auth;

/// <summary>Names of the claims a caller is known by, whichever credential was shown.</summary>
internal static class AuthClaims
{
    /// <summary>The user's id.</summary>
    internal const string Subject = "sub";

    /// <summary>The session an access token belongs to. An API key has none.</summary>
    internal const string SessionId = "sid";

    /// <summary>The API key that was shown; absent with an access token.</summary>
    internal const string ApiKeyId = "api_key";

    /// <summary>One for each thing an API key may do. Access tokens carry none: a person may do everything with what is theirs.</summary>
    internal const string Scope = "scope";
}
