namespace TaskAspire.ApiService.Auth;

/// <summary>What a request shows as bearer token (RFC 6750 §2.1). A part of its header and no text of its own: it is asked for several times a request, and long.</summary>
internal static class BearerCredential
{
    private const string Scheme = "Bearer ";

    /// <summary>Whether there is one; it may be empty.</summary>
    public static bool TryRead(HttpRequest request, out ReadOnlySpan<char> token)
    {
        var header = request.Headers.Authorization.ToString().AsSpan();
        var isBearer = header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase);
        token = isBearer ? header[Scheme.Length..].Trim() : [];
        return isBearer;
    }
}
