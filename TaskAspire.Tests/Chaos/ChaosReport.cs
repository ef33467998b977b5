using TaskAspire.Tests.Dispatcher;

namespace TaskAspire.Tests.Chaos;

/// <summary>What came of a run, by the receiver's own record.</summary>
internal sealed record ChaosReport
{
    /// <summary>Events for healthy endpoints whose writing was acknowledged.</summary>
    public required int Expected { get; init; }

    /// <summary>Of those, the ones that never arrived.</summary>
    public required int Missing { get; init; }

    /// <summary>Requests to healthy endpoints beyond the first for an event.</summary>
    public required int Duplicates { get; init; }

    /// <summary>Requests whose <c>webhook-id</c> is not that of the event in their body, or is of no event of ours.</summary>
    public required int WrongIds { get; init; }

    /// <summary>Requests to sick endpoints that were answered.</summary>
    public required int ToSick { get; init; }

    /// <summary>Lag of deliveries to healthy endpoints, from the acknowledged event to the receiver: without sick endpoints.</summary>
    public required Lag Control { get; init; }

    /// <summary>The same beside sick endpoints.</summary>
    public required Lag BesideSick { get; init; }

    /// <summary>The same beside sick endpoints, amid disruptions.</summary>
    public required Lag AmidDisruptions { get; init; }

    /// <summary>What was done, in order.</summary>
    public required IReadOnlyList<string> Disruptions { get; init; }

    public double DuplicateShare => (double)Duplicates / Expected;

    public static ChaosReport Of(IReadOnlyCollection<ChaosEvent> events, IReadOnlyCollection<ReceivedWebhook> received, IReadOnlyList<string> disruptions)
    {
        var healthy = events.Where(e => e.Health == EndpointHealth.Healthy).ToList();
        var known = events.ToDictionary(e => e.Id.ToString());
        var arrivals = received.ToLookup(webhook => webhook.Id);
        return new ChaosReport
        {
            Expected = healthy.Count,
            Missing = healthy.Count(e => !arrivals.Contains(e.Id.ToString())),
            Duplicates = healthy.Sum(e => Math.Max(0, arrivals[e.Id.ToString()].Count() - 1)),
            WrongIds = received.Count(webhook => !known.ContainsKey(webhook.Id) || !System.Text.Encoding.UTF8.GetString(webhook.Body).Contains(webhook.Id, StringComparison.Ordinal)),
            ToSick = received.Count(webhook => !webhook.Path.EndsWith(nameof(EndpointHealth.Healthy), StringComparison.Ordinal)),
            Control = LagOf(ChaosPhase.Control),
            BesideSick = LagOf(ChaosPhase.BesideSick),
            AmidDisruptions = LagOf(ChaosPhase.AmidDisruptions),
            Disruptions = disruptions,
        };

        Lag LagOf(ChaosPhase phase) => Lag.Of(healthy
            .Where(e => e.Phase == phase && arrivals.Contains(e.Id.ToString()))
            .Select(e => arrivals[e.Id.ToString()].Min(webhook => webhook.At) - e.WrittenAt));
    }
}

/// <summary>Median and 99th percentile.</summary>
internal readonly record struct Lag(TimeSpan P50, TimeSpan P99)
{
    public static Lag Of(IEnumerable<TimeSpan> values)
    {
        TimeSpan[] sorted = [.. values.Select(value => value < TimeSpan.Zero ? TimeSpan.Zero : value).Order()];
        return sorted.Length == 0 ? default : new Lag(sorted[sorted.Length / 2], sorted[(int)Math.Ceiling(sorted.Length * 0.99) - 1]);
    }

    public override string ToString() => $"p50 {P50.TotalMilliseconds:0} ms, p99 {P99.TotalMilliseconds:0} ms";
}

internal enum ChaosPhase
{
    WarmUp,
    Control,
    BesideSick,
    AmidDisruptions,
}

internal enum EndpointHealth
{
    Healthy,
    Dead,
    Slow,
    Flaky,
}

/// <summary>An event that was written.</summary>
/// <param name="Id">Its id, which is the <c>webhook-id</c>.</param>
/// <param name="Health">Of the endpoint it is for.</param>
/// <param name="Phase">When it was written.</param>
/// <param name="WrittenAt">When it was begun to be written, by the clock of the receiver.</param>
internal sealed record ChaosEvent(Guid Id, EndpointHealth Health, ChaosPhase Phase, DateTimeOffset WrittenAt);
