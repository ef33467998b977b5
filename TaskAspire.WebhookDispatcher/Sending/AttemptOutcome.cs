namespace TaskAspire.WebhookDispatcher.Sending;

/// <summary>What came of one try to deliver.</summary>
/// <param name="StartedAt">UTC.</param>
/// <param name="Duration">From connect to last byte.</param>
/// <param name="StatusCode">Of the answer; null when there was none.</param>
/// <param name="Error">One of <see cref="AttemptErrors"/>; null for a success.</param>
/// <param name="Message">The failure in words for the endpoint's owner.</param>
/// <param name="ResponseBody">The beginning of the answer's body.</param>
/// <param name="RetryAfter">How long the receiver asks to wait.</param>
internal sealed record AttemptOutcome(
    DateTimeOffset StartedAt,
    TimeSpan Duration,
    int? StatusCode = null,
    string? Error = null,
    string? Message = null,
    string? ResponseBody = null,
    TimeSpan? RetryAfter = null)
{
    public bool IsSuccess => Error is null;
}

/// <summary>Classes of failure, as <see cref="Data.Webhooks.WebhookAttempt.Error"/> has them.</summary>
internal static class AttemptErrors
{
    public const string HttpStatus = "http_status";
    public const string Timeout = "timeout";
    public const string Connection = "connection";
    public const string Dns = "dns";
    public const string Tls = "tls";
    public const string Protocol = "protocol";
    public const string BlockedAddress = "blocked_address";
    public const string Gone = "gone";
    public const string Credentials = "credentials";
}
