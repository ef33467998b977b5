using System.Text.Json;
using System.Text.Json.Serialization;
using TaskAspire.Data.Webhooks;

namespace TaskAspire.ApiService.Webhooks;

/// <summary>One event on its way to one endpoint.</summary>
/// <param name="Id">UUIDv7.</param>
/// <param name="EventId">The event; receivers see it in <c>webhook-id</c>.</param>
/// <param name="WebhookId">The endpoint.</param>
/// <param name="Event">The event's type.</param>
/// <param name="State">Where it stands.</param>
/// <param name="AttemptCount">Attempts made.</param>
/// <param name="CreatedAt">UTC.</param>
/// <param name="NextAttemptAt">When the next attempt is due, UTC; null when none is.</param>
/// <param name="CompletedAt">When it was delivered or given up, UTC.</param>
/// <param name="LastStatusCode">Status of the last answer; null when there was none.</param>
/// <param name="LastError">What went wrong last.</param>
/// <param name="Attempts">What was tried, first to last.</param>
public record DeliveryResponse(
    Guid Id,
    Guid EventId,
    Guid WebhookId,
    string Event,
    WebhookDeliveryState State,
    int AttemptCount,
    DateTimeOffset CreatedAt,
    DateTimeOffset? NextAttemptAt,
    DateTimeOffset? CompletedAt,
    int? LastStatusCode,
    string? LastError,
    IReadOnlyList<AttemptResponse> Attempts)
{
    internal DeliveryResponse(WebhookDelivery delivery, IEnumerable<WebhookAttempt> attempts)
        : this(
            delivery.Id,
            delivery.EventId,
            delivery.EndpointId,
            delivery.EventType,
            delivery.State,
            delivery.AttemptCount,
            delivery.CreatedAt,
            delivery.State == WebhookDeliveryState.Pending ? delivery.NextAttemptAt : null,
            delivery.CompletedAt,
            delivery.LastStatusCode,
            delivery.LastError,
            [.. attempts.OrderBy(a => a.StartedAt).Select(AttemptResponse.From)])
    {
    }
}

/// <summary>A delivery with the body it sends.</summary>
public sealed record DeliveryDetailsResponse : DeliveryResponse
{
    internal DeliveryDetailsResponse(WebhookDelivery delivery, IEnumerable<WebhookAttempt> attempts, JsonElement payload)
        : base(delivery, attempts) => Payload = payload;

    /// <summary>The body.</summary>
    [JsonPropertyOrder(1)]
    public JsonElement Payload { get; }
}

/// <summary>One try to deliver.</summary>
/// <param name="Number">1 for the first.</param>
/// <param name="StartedAt">UTC.</param>
/// <param name="DurationMs">Milliseconds from connect to last byte.</param>
/// <param name="StatusCode">Status of the answer; null when there was none.</param>
/// <param name="Error">Class of the failure (<c>http_status</c>, <c>timeout</c>, <c>connection</c>, <c>dns</c>, <c>tls</c>, <c>blocked_address</c>, …); null for a success.</param>
/// <param name="ErrorMessage">The failure in words.</param>
/// <param name="ResponseBody">The beginning of the answer's body, at most 1 KiB.</param>
public sealed record AttemptResponse(
    int Number, DateTimeOffset StartedAt, int DurationMs, int? StatusCode, string? Error, string? ErrorMessage, string? ResponseBody)
{
    internal static AttemptResponse From(WebhookAttempt attempt) => new(
        attempt.Number, attempt.StartedAt, attempt.DurationMs, attempt.StatusCode, attempt.Error, attempt.ErrorMessage, attempt.ResponseBody);
}

/// <summary>Deliveries of an endpoint, newest first.</summary>
/// <param name="Items">The deliveries.</param>
/// <param name="Limit">Most deliveries on a page.</param>
/// <param name="NextCursor">What to send as <c>cursor</c> for older ones; null when there are none.</param>
public sealed record DeliveryListResponse(IReadOnlyList<DeliveryResponse> Items, int Limit, string? NextCursor);
