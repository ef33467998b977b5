using TaskAspire.Data.Webhooks;

namespace TaskAspire.WebhookDispatcher.Sending;

/// <summary>The result of one attempt to deliver.</summary>
/// <param name="StartedAt">UTC.</param>
/// <param name="Duration">From connect to last byte.</param>
/// <param name="StatusCode">Of the answer; null when there was none.</param>
/// <param name="Error">One of <see cref="AttemptErrors"/>; null for a success.</param>
/// <param name="Message">The failure in words for the endpoint's owner.</param>
/// <param name="RequestHeaders">What was sent, see <see cref="RecordedHeaders"/>.</param>
/// <param name="ResponseHeaders">What was answered, likewise.</param>
/// <param name="ResponseBody">The beginning of the answer's body.</param>
/// <param name="RetryAfter">How long the receiver asks to wait.</param>
internal sealed record AttemptOutcome(
    DateTimeOffset StartedAt,
    TimeSpan Duration,
    int? StatusCode = null,
    string? Error = null,
    string? Message = null,
    string? RequestHeaders = null,
    string? ResponseHeaders = null,
    string? ResponseBody = null,
    TimeSpan? RetryAfter = null)
{
    public bool IsSuccess => Error is null;
}
