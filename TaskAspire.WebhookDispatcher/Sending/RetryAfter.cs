using System.Net.Http.Headers;

namespace TaskAspire.WebhookDispatcher.Sending;

/// <summary>Reads <c>Retry-After</c> (RFC 9110 §10.2.3): seconds, or a date.</summary>
internal static class RetryAfter
{
    /// <summary>How long to wait from <paramref name="now"/>; null when the header is missing, malformed or in the past.</summary>
    public static TimeSpan? Read(HttpResponseHeaders headers, DateTimeOffset now)
    {
        var delay = headers.RetryAfter switch
        {
            { Delta: { } seconds } => seconds,
            { Date: { } date } => date - now,
            _ => IsBeyondMeasure(headers) ? TimeSpan.MaxValue : (TimeSpan?)null,
        };
        return delay > TimeSpan.Zero ? delay : null;
    }

    // The typed header takes 32 bits of seconds. More than that is a wish for a long wait, not for none.
    private static bool IsBeyondMeasure(HttpResponseHeaders headers) =>
        headers.NonValidated.TryGetValues("Retry-After", out var values) && values is { Count: 1 } && values.ToString() is { Length: > 9 } text && text.All(char.IsAsciiDigit);
}
