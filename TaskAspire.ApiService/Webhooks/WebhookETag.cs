using System.Globalization;
using Microsoft.Extensions.Primitives;
using TaskAspire.ApiService.Writing;

namespace TaskAspire.ApiService.Webhooks;

/// <summary>The entity tag of an endpoint (RFC 9110 §8.8.3): its version. What attempts do to it is shown by its statistics, not by itself.</summary>
internal static class WebhookETag
{
    public static string Of(WebhookResponse endpoint) => Of(endpoint.Version);

    /// <summary>Whether a write may go ahead: no <c>If-Match</c> was sent, or the current tag is in it (strong comparison).</summary>
    public static bool Allows(StringValues ifMatch, long version) => EntityTags.Allow(ifMatch, Of(version));

    private static string Of(long version) => string.Create(CultureInfo.InvariantCulture, $"\"{version}\"");
}
