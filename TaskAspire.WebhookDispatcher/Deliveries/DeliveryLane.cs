namespace TaskAspire.WebhookDispatcher.Deliveries;

/// <summary>The deliveries to one endpoint that this dispatcher holds, and what it knows of the endpoint. Guarded by <see cref="DeliveryLanes"/>.</summary>
internal sealed class DeliveryLane
{
    private const double WeightOfLast = 0.2;

    /// <summary>From here on an endpoint is slow, and what is sent to it gives up its place among the quick ones.</summary>
    public static readonly TimeSpan SlowAfter = TimeSpan.FromSeconds(1);

    /// <summary>Not being sent yet.</summary>
    public Queue<ClaimedDelivery> Waiting { get; } = [];

    /// <summary>How many may be sent at a time.</summary>
    public int Limit { get; set; }

    public bool IsRateLimited { get; set; }

    /// <summary>How many are being sent, and how many of them for longer than <see cref="SlowAfter"/>.</summary>
    public int Sending { get; set; }

    public int SendingLong { get; set; }

    /// <summary>In a row.</summary>
    public int Failures { get; set; }

    /// <summary>Failures that the database does not know of yet.</summary>
    public int Unrecorded { get; set; }

    /// <summary>What an attempt takes, on average; null as long as there was none.</summary>
    public double? Seconds { get; private set; }

    public long LastUsed { get; set; }

    /// <summary>Whether it stands in line for a place.</summary>
    public bool IsInLine { get; set; }

    public bool IsSlow => Seconds >= SlowAfter.TotalSeconds;

    public int Held => Sending + Waiting.Count + Unrecorded;

    /// <summary>Whether another may be sent, given a place. The first one tells how fast the endpoint is: until then it is alone.</summary>
    public bool MaySend => Waiting.Count > 0 && Sending < (Seconds is null ? 1 : Limit);

    /// <summary>An attempt has ended.</summary>
    public void Took(TimeSpan duration) =>
        Seconds = Seconds is { } average ? average + (WeightOfLast * (duration.TotalSeconds - average)) : duration.TotalSeconds;

    /// <summary>No attempt has ended for so long.</summary>
    public void IsSilentFor(TimeSpan duration) => Seconds = Math.Max(Seconds ?? 0, duration.TotalSeconds);
}
