using System.Text.Json;
using System.Text.Json.Serialization;
using TaskAspire.Data.Webhooks;

namespace TaskAspire.ApiService.Webhooks;

/// <summary>One event on its way to one endpoint.</summary>
public abstract record DeliverySummary
{
    private protected DeliverySummary(WebhookDelivery delivery)
    {
        Id = delivery.Id;
        EventId = delivery.EventId;
        WebhookId = delivery.EndpointId;
        Event = delivery.EventType;
        State = delivery.State;
        AttemptCount = delivery.AttemptCount;
        CreatedAt = delivery.CreatedAt;
        NextAttemptAt = delivery.State == WebhookDeliveryState.Pending ? delivery.NextAttemptAt : null;
        CompletedAt = delivery.CompletedAt;
        LastStatusCode = delivery.LastStatusCode;
        LastError = delivery.LastError;
    }

    /// <summary>UUIDv7.</summary>
    public Guid Id { get; }

    /// <summary>The event; receivers see it in <c>webhook-id</c>.</summary>
    public Guid EventId { get; }

    /// <summary>The endpoint.</summary>
    public Guid WebhookId { get; }

    /// <summary>The event's type.</summary>
    public string Event { get; }

    /// <summary>Where it stands; <c>held</c> is pending for an endpoint that is paused.</summary>
    public WebhookDeliveryState State { get; }

    /// <summary>Attempts made.</summary>
    public int AttemptCount { get; }

    /// <summary>UTC.</summary>
    public DateTimeOffset CreatedAt { get; }

    /// <summary>When the next attempt is due, UTC; null when none is.</summary>
    public DateTimeOffset? NextAttemptAt { get; }

    /// <summary>When it was delivered or given up, UTC.</summary>
    public DateTimeOffset? CompletedAt { get; }

    /// <summary>Status of the last answer; null when there was none.</summary>
    public int? LastStatusCode { get; }

    /// <summary>What went wrong last.</summary>
    public string? LastError { get; }
}

/// <summary>A delivery in a list.</summary>
public sealed record DeliveryResponse : DeliverySummary
{
    internal DeliveryResponse(WebhookDelivery delivery, IEnumerable<AttemptResponse> attempts)
        : base(delivery) => Attempts = [.. attempts];

    /// <summary>What was tried, first to last.</summary>
    [JsonPropertyOrder(1)]
    public IReadOnlyList<AttemptResponse> Attempts { get; }
}

/// <summary>A delivery with the body it sends and all that is known of its attempts.</summary>
public sealed record DeliveryDetailsResponse : DeliverySummary
{
    internal DeliveryDetailsResponse(WebhookDelivery delivery, IEnumerable<WebhookAttempt> attempts, JsonElement payload)
        : base(delivery)
    {
        Payload = payload;
        Attempts = [.. attempts.OrderBy(a => a.Number).ThenBy(a => a.StartedAt).Select(a => new AttemptDetailsResponse(a))];
    }

    /// <summary>The body.</summary>
    [JsonPropertyOrder(1)]
    public JsonElement Payload { get; }

    /// <summary>What was tried, first to last.</summary>
    [JsonPropertyOrder(1)]
    public IReadOnlyList<AttemptDetailsResponse> Attempts { get; }
}

/// <summary>One try to deliver.</summary>
/// <param name="Number">1 for the first.</param>
/// <param name="StartedAt">UTC.</param>
/// <param name="DurationMs">Milliseconds from connect to last byte.</param>
/// <param name="StatusCode">Status of the answer; null when there was none.</param>
/// <param name="Error">
/// Class of the failure (<c>timeout</c>, <c>dns</c>, <c>connect</c>, <c>tls</c>, <c>reset</c>, <c>blocked_target</c>, <c>http_4xx</c>,
/// <c>http_5xx</c>, <c>gone</c>, <c>redirect</c>, <c>too_large</c>, <c>protocol</c>, <c>credentials</c>); null for a success.
/// </param>
/// <param name="ErrorMessage">The failure in words.</param>
public record AttemptResponse(int Number, DateTimeOffset StartedAt, int DurationMs, int? StatusCode, string? Error, string? ErrorMessage);

/// <summary>One try to deliver, with what was said. Headers that may hold a secret have <c>[redacted]</c> for a value.</summary>
public sealed record AttemptDetailsResponse : AttemptResponse
{
    internal AttemptDetailsResponse(WebhookAttempt attempt)
        : base(attempt.Number, attempt.StartedAt, attempt.DurationMs, attempt.StatusCode, attempt.Error, attempt.ErrorMessage)
    {
        RequestHeaders = Read(attempt.RequestHeaders);
        ResponseHeaders = Read(attempt.ResponseHeaders);
        ResponseBody = attempt.ResponseBody;
    }

    /// <summary>The headers that were sent; null when nothing was.</summary>
    [JsonPropertyOrder(1)]
    public IReadOnlyDictionary<string, string>? RequestHeaders { get; }

    /// <summary>The headers of the answer, long ones cut short; null when there was none.</summary>
    [JsonPropertyOrder(1)]
    public IReadOnlyDictionary<string, string>? ResponseHeaders { get; }

    /// <summary>The beginning of the answer's body, at most 1 KiB.</summary>
    [JsonPropertyOrder(1)]
    public string? ResponseBody { get; }

    private static Dictionary<string, string>? Read(string? headers) => headers is null ? null : JsonSerializer.Deserialize<Dictionary<string, string>>(headers);
}

/// <summary>Deliveries of an endpoint, newest first.</summary>
/// <param name="Items">The deliveries.</param>
/// <param name="Limit">Most deliveries on a page.</param>
/// <param name="NextCursor">What to send as <c>cursor</c> for older ones; null when there are none.</param>
public sealed record DeliveryListResponse(IReadOnlyList<DeliveryResponse> Items, int Limit, string? NextCursor);
