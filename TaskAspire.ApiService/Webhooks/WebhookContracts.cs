using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using TaskAspire.Data.Webhooks;

namespace TaskAspire.ApiService.Webhooks;

/// <summary>A webhook endpoint as a client creates it.</summary>
public sealed record WebhookRequest : IValidatableObject
{
    /// <summary>Absolute http or https address (https alone in Production) that events are posted to.</summary>
    [Required, StringLength(WebhookEndpoint.UrlMaxLength, MinimumLength = 1, ErrorMessage = "The url must have 1 to 2,048 characters.")]
    public required string Url { get; init; }

    /// <summary>The event types to be told of.</summary>
    [Required, MinLength(1, ErrorMessage = "Give at least one event type.")]
    public required IReadOnlyList<string> Events { get; init; }

    /// <summary>A note, up to 500 characters.</summary>
    [StringLength(500, ErrorMessage = "The description must have at most 500 characters.")]
    public string? Description { get; init; }

    /// <summary>What to send as <c>X-API-Key</c>: 1 to 256 visible ASCII characters. Left out, the server's own is sent, if it has one.</summary>
    [RegularExpression("^[!-~]{1,256}$", ErrorMessage = "The API key must have 1 to 256 visible ASCII characters.")]
    public string? ApiKey { get; init; }

    /// <summary>Sign with the secret that the server was configured with (<c>WEBHOOK_SECRET</c>) instead of one of its own.</summary>
    public bool UseSharedSecret { get; init; }

    /// <summary>false: nothing is sent.</summary>
    public bool Enabled { get; init; } = true;

    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) => WebhookEvents.Check(Events);
}

/// <summary>What can be changed of a webhook endpoint; what is left out stays as it is.</summary>
public sealed record WebhookPatch
{
    /// <summary>Absolute http or https address.</summary>
    public string? Url { get; init; }

    /// <summary>The event types to be told of.</summary>
    public IReadOnlyList<string>? Events { get; init; }

    /// <summary>A note, up to 500 characters.</summary>
    public string? Description { get; init; }

    /// <summary>What to send as <c>X-API-Key</c>; null for the server's own.</summary>
    public string? ApiKey { get; init; }

    /// <summary>true also takes up again what the dispatcher disabled.</summary>
    public bool? Enabled { get; init; }
}

/// <summary>A webhook endpoint as the API answers it. Its secret is not in it.</summary>
/// <param name="Id">UUIDv7.</param>
/// <param name="Url">Where events are posted to.</param>
/// <param name="Events">The event types it is told of.</param>
/// <param name="Description">A note.</param>
/// <param name="HasApiKey">Whether it has an <c>X-API-Key</c> of its own.</param>
/// <param name="UseSharedSecret">Whether deliveries are signed with the server's secret.</param>
/// <param name="Enabled">false: nothing is sent.</param>
/// <param name="DisabledReason">Why the dispatcher disabled it: <c>gone</c> (it answered 410) or <c>failing</c> (for 120 hours).</param>
/// <param name="DisabledAt">When that was, UTC.</param>
/// <param name="ConsecutiveFailures">Failed attempts since the last success.</param>
/// <param name="CreatedAt">UTC.</param>
/// <param name="UpdatedAt">UTC.</param>
public record WebhookResponse(
    Guid Id,
    string Url,
    IReadOnlyList<string> Events,
    string? Description,
    bool HasApiKey,
    bool UseSharedSecret,
    bool Enabled,
    string? DisabledReason,
    DateTimeOffset? DisabledAt,
    int ConsecutiveFailures,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt)
{
    internal WebhookResponse(WebhookEndpoint endpoint)
        : this(
            endpoint.Id,
            endpoint.Url,
            endpoint.Events,
            endpoint.Description,
            endpoint.ApiKey is not null,
            endpoint.UseSharedSecret,
            endpoint.Enabled,
            endpoint.DisabledReason,
            endpoint.DisabledAt,
            endpoint.ConsecutiveFailures,
            endpoint.CreatedAt,
            endpoint.UpdatedAt)
    {
    }
}

/// <summary>The answer to creating an endpoint: the only one that holds its secret.</summary>
public sealed record WebhookCreatedResponse : WebhookResponse
{
    internal WebhookCreatedResponse(WebhookEndpoint endpoint, string? secret)
        : base(endpoint) => Secret = secret;

    /// <summary><c>whsec_</c> and base64 of the key that deliveries are signed with; null with the shared secret. Not shown again.</summary>
    [JsonPropertyOrder(1)]
    public string? Secret { get; }
}

/// <summary>Webhook endpoints of a user, oldest first.</summary>
/// <param name="Items">The endpoints.</param>
public sealed record WebhookListResponse(IReadOnlyList<WebhookResponse> Items);

internal static class WebhookEvents
{
    public static IEnumerable<ValidationResult> Check(IReadOnlyList<string> events)
    {
        for (var i = 0; i < events.Count; i++)
        {
            if (!WebhookEventTypes.All.Contains(events[i]))
            {
                yield return new ValidationResult($"There is no such event type; there are {string.Join(", ", WebhookEventTypes.All)}.", [$"Events[{i}]"]);
            }
        }
    }
}
