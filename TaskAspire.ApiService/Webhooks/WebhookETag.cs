using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace TaskAspire.ApiService.Webhooks;

/// <summary>The entity tag of an endpoint (RFC 9110 §8.8.3): its version. What attempts do to it is shown by its statistics, not by itself.</summary>
internal static class WebhookETag
{
    public static string Of(WebhookResponse endpoint) => Of(endpoint.Version);

    /// <summary>Whether a write may go ahead: no <c>If-Match</c> was sent, or the current tag is in it (strong comparison).</summary>
    public static bool Allows(StringValues ifMatch, long version) => ifMatch.Count == 0 || IsIn(ifMatch, Of(version), strong: true);

    /// <summary>Whether the client has it already: the current tag is in <c>If-None-Match</c> (weak comparison).</summary>
    public static bool IsKnown(StringValues ifNoneMatch, WebhookResponse endpoint) => ifNoneMatch.Count > 0 && IsIn(ifNoneMatch, Of(endpoint), strong: false);

    private static string Of(long version) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"\"{version}\"");

    private static bool IsIn(StringValues header, string etag, bool strong)
    {
        var current = EntityTagHeaderValue.Parse(etag);
        return EntityTagHeaderValue.TryParseList([.. header.Select(h => h ?? "")], out var tags)
            && tags.Any(t => t.Tag == "*" || t.Compare(current, strong));
    }
}
