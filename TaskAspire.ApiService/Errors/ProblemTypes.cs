namespace TaskAspire.ApiService.Errors;

/// <summary>
/// The stable <c>type</c> of each problem (RFC 9457 §3.1.1). Clients branch on it, so a value never changes its meaning;
/// docs/problems.md says of each when it comes and what to do.
/// </summary>
internal static class ProblemTypes
{
    public const string Validation = Prefix + "validation";
    public const string MalformedRequest = Prefix + "malformed-request";
    public const string Unauthorized = Prefix + "unauthorized";
    public const string InvalidCredentials = Prefix + "invalid-credentials";
    public const string InvalidRefreshToken = Prefix + "invalid-refresh-token";
    public const string Forbidden = Prefix + "forbidden";
    public const string NotFound = Prefix + "not-found";
    public const string MethodNotAllowed = Prefix + "method-not-allowed";
    public const string NotAcceptable = Prefix + "not-acceptable";
    public const string Conflict = Prefix + "conflict";
    public const string SyncTokenExpired = Prefix + "sync-token-expired";
    public const string PreconditionFailed = Prefix + "precondition-failed";
    public const string IdempotencyKeyInUse = Prefix + "idempotency-key-in-use";
    public const string IdempotencyKeyReused = Prefix + "idempotency-key-reused";
    public const string PayloadTooLarge = Prefix + "payload-too-large";
    public const string UnsupportedMediaType = Prefix + "unsupported-media-type";
    public const string TooManyRequests = Prefix + "too-many-requests";
    public const string ServiceUnavailable = Prefix + "service-unavailable";
    public const string Internal = Prefix + "internal-error";

    private const string Prefix = "urn:taskaspire:problem:";

    /// <summary>The type of a problem of which only the status is known.</summary>
    public static string ForStatus(int status) => status switch
    {
        StatusCodes.Status400BadRequest => MalformedRequest,
        StatusCodes.Status401Unauthorized => Unauthorized,
        StatusCodes.Status403Forbidden => Forbidden,
        StatusCodes.Status404NotFound => NotFound,
        StatusCodes.Status405MethodNotAllowed => MethodNotAllowed,
        StatusCodes.Status406NotAcceptable => NotAcceptable,
        StatusCodes.Status409Conflict => Conflict,
        StatusCodes.Status412PreconditionFailed => PreconditionFailed,
        StatusCodes.Status413PayloadTooLarge => PayloadTooLarge,
        StatusCodes.Status415UnsupportedMediaType => UnsupportedMediaType,
        StatusCodes.Status429TooManyRequests => TooManyRequests,
        StatusCodes.Status503ServiceUnavailable => ServiceUnavailable,
        >= 400 and < 500 => MalformedRequest,
        _ => Internal,
    };
}
