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
            _ => (TimeSpan?)null,
        };
        return delay > TimeSpan.Zero ? delay : null;
    }
}
