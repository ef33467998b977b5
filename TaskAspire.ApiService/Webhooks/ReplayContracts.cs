using System.ComponentModel.DataAnnotations;

namespace TaskAspire.ApiService.Webhooks;

/// <summary>A delivery that is on its way.</summary>
/// <param name="EventId">The event; receivers see it in <c>webhook-id</c>.</param>
/// <param name="DeliveryId">What to look at for what becomes of it.</param>
public sealed record AcceptedDeliveryResponse(Guid EventId, Guid DeliveryId);

/// <summary>What became of an event at an endpoint: the state of its last delivery.</summary>
public enum ReplayStatus
{
    /// <summary>It ran out of attempts.</summary>
    Dead,

    /// <summary>It was cancelled, since the endpoint was disabled.</summary>
    Cancelled,

    /// <summary>It arrived.</summary>
    Delivered,

    /// <summary>
    /// It was never meant for the endpoint, which would be told of it as it is now. Also what happened before the endpoint was made, or subscribed
    /// to such events, is sent then, as far back as <c>from</c>.
    /// </summary>
    Missing,
}

/// <summary>Which events to send once more.</summary>
public sealed record ReplayRequest : IValidatableObject
{
    /// <summary>Events from this time on, UTC.</summary>
    [Required]
    public required DateTimeOffset From { get; init; }

    /// <summary>Events before this time, UTC. Default: now.</summary>
    public DateTimeOffset? To { get; init; }

    /// <summary>
    /// What became of them. Default: <c>dead</c> and <c>cancelled</c>. <c>missing</c> are those that were never meant for the endpoint, also from
    /// before it was made, or subscribed to them.
    /// </summary>
    [MinLength(1, ErrorMessage = "Give at least one status, or leave it out for dead and cancelled.")]
    public IReadOnlyList<ReplayStatus> Status { get; init; } = [ReplayStatus.Dead, ReplayStatus.Cancelled];

    /// <summary>Their types, as an endpoint subscribes to them. Default: all.</summary>
    [EventWords, MaxLength(WebhookRules.MaxEvents, ErrorMessage = "Give at most 50 event types; none for all.")]
    public IReadOnlyList<string> EventTypes { get; init; } = [];

    /// <summary>true: only count.</summary>
    public bool DryRun { get; init; }

    /// <summary><c>nextCursor</c> of the request before, all else being the same.</summary>
    public string? Cursor { get; init; }

    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (To <= From)
        {
            yield return new ValidationResult("The end must lie after the beginning.", [nameof(To)]);
        }

        if (Cursor is not null && !ReplayCursor.TryParse(Cursor, out _))
        {
            yield return new ValidationResult("It is not a cursor of this API; send nextCursor of the request before.", [nameof(Cursor)]);
        }

        foreach (var problem in WebhookRules.CheckEvents(EventTypes, nameof(EventTypes)))
        {
            yield return problem;
        }
    }
}

/// <summary>What was sent once more.</summary>
/// <param name="Events">Events that are on their way again; with <c>dryRun</c>, that would be.</param>
/// <param name="DryRun">Whether they were only counted.</param>
/// <param name="NextCursor">What to send as <c>cursor</c> to go on; null when the range is done. One request looks at 50,000 events and sends 10,000 at most.</param>
public sealed record ReplayResponse(int Events, bool DryRun, string? NextCursor);

/// <summary>Where a replay goes on: behind an event, up to the end that the first request had.</summary>
/// <param name="To">The end.</param>
/// <param name="OccurredAt">Of the last event looked at.</param>
/// <param name="Id">Of the same.</param>
internal readonly record struct ReplayCursor(DateTimeOffset To, DateTimeOffset OccurredAt, Guid Id)
{
    private const int Size = 32;

    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[Size];
        BitConverter.TryWriteBytes(bytes, To.UtcTicks);
        BitConverter.TryWriteBytes(bytes[8..], OccurredAt.UtcTicks);
        Id.TryWriteBytes(bytes[16..]);
        return System.Buffers.Text.Base64Url.EncodeToString(bytes);
    }

    public static bool TryParse(string text, out ReplayCursor cursor)
    {
        cursor = default;
        Span<byte> bytes = stackalloc byte[Size];
        if (text.Length != (Size * 4 + 2) / 3 || !System.Buffers.Text.Base64Url.TryDecodeFromChars(text, bytes, out var length) || length != Size)
        {
            return false;
        }

        var (to, occurredAt) = (BitConverter.ToInt64(bytes), BitConverter.ToInt64(bytes[8..]));
        if (!IsTime(to) || !IsTime(occurredAt))
        {
            return false;
        }

        cursor = new ReplayCursor(new DateTimeOffset(to, TimeSpan.Zero), new DateTimeOffset(occurredAt, TimeSpan.Zero), new Guid(bytes[16..]));
        return true;
    }

    private static bool IsTime(long ticks) => ticks >= DateTimeOffset.UnixEpoch.Ticks && ticks < DateTimeOffset.MaxValue.Ticks;
}
