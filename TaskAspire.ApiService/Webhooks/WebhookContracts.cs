using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using TaskAspire.ApiService.Tasks;
using TaskAspire.ApiService.Writing;
using TaskAspire.Data.Webhooks;

namespace TaskAspire.ApiService.Webhooks;

/// <summary>A webhook endpoint as a client creates it.</summary>
public sealed record WebhookRequest : IValidatableObject
{
    /// <summary>Absolute http or https address (https alone in Production) that events are posted to.</summary>
    [Required, TextLength(WebhookEndpoint.UrlMaxLength, MinimumLength = 1, ErrorMessage = "The url must have 1 to 2,048 characters.")]
    public required string Url { get; init; }

    /// <summary>The event types to be told of; <c>task.*</c> for all of a kind, <c>*</c> for all there are and will be.</summary>
    [Required, MinLength(1, ErrorMessage = "Give at least one event type."), EventWords]
    [MaxLength(WebhookRules.MaxEvents, ErrorMessage = "Give at most 50 event types; * is all of them.")]
    public required IReadOnlyList<string> Events { get; init; }

    /// <summary>Only events of tasks in one of these categories, or that left one by that change; up to 50. Left out, of all.</summary>
    [MaxLength(WebhookRules.MaxFilters, ErrorMessage = "Give at most 50 categories; none for all.")]
    public IReadOnlyList<Guid> CategoryIds { get; init; } = [];

    /// <summary>Only events of tasks that carry one of these tags, or lost one by that change; up to 50, upper and lower case being equal. Left out, of all.</summary>
    [MaxLength(WebhookRules.MaxFilters, ErrorMessage = "Give at most 50 tags; none for all."), TagList(Unique = false)]
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>A note, up to 500 characters.</summary>
    [TextLength(500, ErrorMessage = "The description must have at most 500 characters.")]
    public string? Description { get; init; }

    /// <summary>What to send as <c>X-API-Key</c>: 1 to 256 visible ASCII characters. Left out, the server's own is sent, if it has one.</summary>
    [Pattern("^[!-~]{1,256}$", ErrorMessage = "The API key must have 1 to 256 visible ASCII characters.")]
    public string? ApiKey { get; init; }

    /// <summary>Headers to send along, such as <c>Authorization</c>; up to 20. They are stored encrypted, and only their names are shown.</summary>
    [HeaderList]
    public IReadOnlyDictionary<string, string>? Headers { get; init; }

    /// <summary>Most attempts per second, over all dispatchers. Left out, there is no limit.</summary>
    [Range(1, 1000, ErrorMessage = "The rateLimit must be from 1 to 1,000 attempts per second; null for no limit.")]
    public int? RateLimit { get; init; }

    /// <summary>Requests that each dispatcher has open to it at a time. Left out, the server's default (8).</summary>
    [Range(1, 100, ErrorMessage = "The concurrency must be from 1 to 100; null for the server's default.")]
    public int? Concurrency { get; init; }

    /// <summary>Sign with the secret that the server was configured with (<c>WEBHOOK_SECRET</c>) instead of one of its own.</summary>
    public bool UseSharedSecret { get; init; }

    /// <summary>false: nothing is sent.</summary>
    public bool Enabled { get; init; } = true;

    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) => WebhookRules.Check(this);
}

/// <summary>What can be changed of a webhook endpoint; what is left out stays as it is, null clears.</summary>
[RulesOf(typeof(WebhookRequest))]
public sealed record WebhookPatch
{
    /// <summary>Absolute http or https address.</summary>
    public string? Url { get; init; }

    /// <summary>The event types to be told of.</summary>
    public IReadOnlyList<string>? Events { get; init; }

    /// <summary>Only events of tasks in one of these categories; null for all.</summary>
    public IReadOnlyList<Guid>? CategoryIds { get; init; }

    /// <summary>Only events of tasks with one of these tags; null for all.</summary>
    public IReadOnlyList<string>? Tags { get; init; }

    /// <summary>A note, up to 500 characters.</summary>
    public string? Description { get; init; }

    /// <summary>What to send as <c>X-API-Key</c>; null for the server's own.</summary>
    public string? ApiKey { get; init; }

    /// <summary>Header by header: a value sets one, null removes it; null instead of the object removes all.</summary>
    public IReadOnlyDictionary<string, string?>? Headers { get; init; }

    /// <summary>Most attempts per second; null for no limit.</summary>
    public int? RateLimit { get; init; }

    /// <summary>Requests open at a time; null for the server's default.</summary>
    public int? Concurrency { get; init; }

    /// <summary>true also takes up again what the dispatcher disabled.</summary>
    public bool? Enabled { get; init; }
}

/// <summary>Whether an endpoint is sent anything.</summary>
public enum WebhookStatus
{
    /// <summary>Events are delivered.</summary>
    Active,

    /// <summary>Deliveries are held until it is resumed.</summary>
    Paused,

    /// <summary>No deliveries are made, and those that waited were cancelled.</summary>
    Disabled,
}

/// <summary>A webhook endpoint as the API answers it. None of its secrets is in it.</summary>
public record WebhookResponse
{
    internal WebhookResponse(WebhookEndpoint endpoint)
    {
        Id = endpoint.Id;
        Url = endpoint.Url;
        Events = endpoint.Events;
        CategoryIds = endpoint.CategoryIds;
        Tags = endpoint.Tags;
        Description = endpoint.Description;
        HasApiKey = endpoint.ApiKey is not null;
        HeaderNames = endpoint.HeaderNames;
        RateLimit = endpoint.RateLimit;
        Concurrency = endpoint.Concurrency;
        UseSharedSecret = endpoint.UseSharedSecret;
        PreviousSecretExpiresAt = endpoint.PreviousSecretExpiresAt;
        Enabled = endpoint.Enabled;
        Status = !endpoint.Enabled ? WebhookStatus.Disabled : endpoint.PausedAt is not null ? WebhookStatus.Paused : WebhookStatus.Active;
        PausedAt = endpoint.PausedAt;
        DisabledReason = endpoint.DisabledReason;
        DisabledAt = endpoint.DisabledAt;
        CreatedAt = endpoint.CreatedAt;
        UpdatedAt = endpoint.UpdatedAt;
        Version = endpoint.Version;
    }

    /// <summary>UUIDv7.</summary>
    public Guid Id { get; }

    /// <summary>Where events are posted to.</summary>
    public string Url { get; }

    /// <summary>The event types it is told of.</summary>
    [EventWords]
    public IReadOnlyList<string> Events { get; }

    /// <summary>Only of tasks in one of these categories; empty for all.</summary>
    public IReadOnlyList<Guid> CategoryIds { get; }

    /// <summary>Only of tasks with one of these tags; empty for all.</summary>
    public IReadOnlyList<string> Tags { get; }

    /// <summary>A note.</summary>
    public string? Description { get; }

    /// <summary>Whether it has an <c>X-API-Key</c> of its own.</summary>
    public bool HasApiKey { get; }

    /// <summary>Names of the headers that are sent along, sorted.</summary>
    public IReadOnlyList<string> HeaderNames { get; }

    /// <summary>Most attempts per second, over all dispatchers; null for no limit.</summary>
    public int? RateLimit { get; }

    /// <summary>Requests that each dispatcher has open to it at a time; null for the server's default.</summary>
    public int? Concurrency { get; }

    /// <summary>Whether deliveries are signed with the server's secret.</summary>
    public bool UseSharedSecret { get; }

    /// <summary>Until when deliveries are signed with the secret before the last rotation, too, UTC.</summary>
    public DateTimeOffset? PreviousSecretExpiresAt { get; }

    /// <summary>false: nothing is sent.</summary>
    public bool Enabled { get; }

    /// <summary>Whether it is sent anything.</summary>
    public WebhookStatus Status { get; }

    /// <summary>Since when it is paused, UTC.</summary>
    public DateTimeOffset? PausedAt { get; }

    /// <summary>Why it is disabled: <c>owner</c>, <c>gone</c> (it answered 410) or <c>failing</c> (for 120 hours).</summary>
    public string? DisabledReason { get; }

    /// <summary>When that was, UTC.</summary>
    public DateTimeOffset? DisabledAt { get; }

    /// <summary>UTC.</summary>
    public DateTimeOffset CreatedAt { get; }

    /// <summary>UTC.</summary>
    public DateTimeOffset UpdatedAt { get; }

    /// <summary>Goes up by one with each change of what is shown here.</summary>
    public long Version { get; }
}

/// <summary>An endpoint with its secret: the answer to creating it, and to rotating the secret. There is no other.</summary>
public sealed record WebhookSecretResponse : WebhookResponse
{
    internal WebhookSecretResponse(WebhookEndpoint endpoint, string? secret)
        : base(endpoint) => Secret = secret;

    /// <summary><c>whsec_</c> and base64 of the key that deliveries are signed with; null with the shared secret. Not shown again.</summary>
    [JsonPropertyOrder(1)]
    public string? Secret { get; }
}

/// <summary>Webhook endpoints of a user, oldest first.</summary>
/// <param name="Items">The endpoints.</param>
public sealed record WebhookListResponse(IReadOnlyList<WebhookResponse> Items);

/// <summary>How to rotate a secret.</summary>
public sealed record RotateSecretRequest
{
    /// <summary>Hours for which the old secret signs beside the new one; 0 for a secret that got known. Default: 24.</summary>
    [Range(0, 168, ErrorMessage = "The overlapHours must be from 0 to 168.")]
    public int OverlapHours { get; init; } = 24;
}
