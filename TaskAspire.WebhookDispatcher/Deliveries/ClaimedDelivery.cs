using TaskAspire.WebhookDispatcher.Signing;

namespace TaskAspire.WebhookDispatcher.Deliveries;

/// <summary>A delivery that this dispatcher holds.</summary>
/// <param name="Id">Of the delivery.</param>
/// <param name="EventId">Of the event; receivers see it as <c>webhook-id</c>.</param>
/// <param name="EventType">One of <see cref="Data.Webhooks.WebhookEventTypes"/>.</param>
/// <param name="Attempts">Attempts made before.</param>
/// <param name="DueAt">When the first attempt was due.</param>
/// <param name="Payload">The body, byte for byte.</param>
/// <param name="TraceParent">Of the request that caused the event.</param>
/// <param name="Target">Where to.</param>
internal sealed record ClaimedDelivery(
    Guid Id,
    Guid EventId,
    string EventType,
    int Attempts,
    DateTimeOffset DueAt,
    byte[] Payload,
    string? TraceParent,
    DeliveryTarget Target)
{
    private Lease? _lease;

    /// <summary>What it is held by: what it was claimed with, until that is renewed.</summary>
    public required Lease Lease
    {
        get => Volatile.Read(ref _lease)!;
        set => Volatile.Write(ref _lease, value);
    }

    /// <summary>Takes a renewed lease for the one that was renewed, unless it is held by another by now.</summary>
    public void Renew(Lease old, Lease renewed) => Interlocked.CompareExchange(ref _lease, renewed, old);
}

/// <summary>The endpoint as it was when the delivery was claimed; its secrets still encrypted. One for all deliveries to it that a claim got.</summary>
internal sealed record DeliveryTarget(
    Guid EndpointId,
    string Url,
    bool UseSharedSecret,
    string? Secret,
    string? PreviousSecret,
    DateTimeOffset? PreviousSecretExpiresAt,
    string? ApiKey,
    string? Headers,
    int? RateLimit,
    int? Concurrency)
{
    /// <summary>Its secrets decrypted, once a delivery has needed them; gone with the last delivery of the claim. Not public: a record would print it.</summary>
    internal EndpointSecrets? Secrets { get; set; }
}

/// <summary>A hold on deliveries for a time.</summary>
/// <param name="Id">Written to the rows; a result is recorded only where it still stands.</param>
/// <param name="Deadline">
/// When it ends, as a timestamp of this process's <see cref="TimeProvider"/>, counted from before the claim was sent: never later than the
/// database thinks, whatever the clocks say.
/// </param>
internal sealed record Lease(Guid Id, long Deadline);
