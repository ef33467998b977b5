using System.Diagnostics;
using System.Diagnostics.Metrics;
using TaskAspire.Data.Webhooks;
using TaskAspire.WebhookDispatcher.Deliveries;
using TaskAspire.WebhookDispatcher.Sending;

namespace TaskAspire.WebhookDispatcher.Telemetry;

/// <summary>Traces and metrics. The Prometheus exporter appends the unit and, to counters, <c>_total</c> to the names here.</summary>
internal sealed class DispatcherTelemetry
{
    public const string Name = "TaskAspire.WebhookDispatcher";

    private static readonly ActivitySource Source = new(Name);

    // An attempt ends at 10 s by default; the last bucket catches longer ones that were configured.
    private static readonly double[] DurationBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
    private static readonly double[] LagBuckets = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 300, 1800, 7200];

    private readonly Counter<long> _deliveries;
    private readonly Histogram<double> _duration;
    private readonly Histogram<double> _lag;
    private readonly Histogram<double> _lateness;
    private readonly TimeProvider _time;
    private QueueSample? _queue;

    public DispatcherTelemetry(IMeterFactory meters, TimeProvider time)
    {
        _time = time;
        var meter = meters.Create(Name);
        _deliveries = meter.CreateCounter<long>("webhook_deliveries", description: "Attempts to deliver, by event and result (delivered, failed, dead).");
        _duration = Seconds(meter, "webhook_delivery_duration", "What an attempt took, from connect to last byte.", DurationBuckets);
        _lag = Seconds(meter, "webhook_delivery_lag", "From when a delivery was due to the start of its first attempt. None is due before it was asked for.", LagBuckets);
        _lateness = Seconds(meter, "reminder_lateness", "From a reminder's time, or from when it was set if that was later, to when its event was written.", LagBuckets);
        meter.CreateObservableGauge("webhook_queue_depth", ObserveDepth, description: "Deliveries that wait, by state (due, scheduled, held, in_flight); counted up to a limit.");
        meter.CreateObservableGauge("webhook_queue_oldest_due", () => Observe(queue => queue.OldestDue), "s", "How long the oldest delivery that could go out now has been due.");
        meter.CreateObservableGauge("reminder_oldest_due", () => Observe(queue => queue.OldestReminder), "s", "How long the oldest reminder that was not fired yet has been due, or set if that was later.");
    }

    /// <summary>Results of an attempt in <c>webhook_deliveries_total</c>.</summary>
    public static class Results
    {
        public const string Delivered = "delivered";
        public const string Failed = "failed";
        public const string Dead = "dead";
    }

    /// <summary>A span for an attempt, in the trace of the request that caused the event.</summary>
    public static Activity? StartDelivery(ClaimedDelivery delivery)
    {
        ActivityContext.TryParse(delivery.TraceParent, null, isRemote: true, out var parent);
        var activity = Source.StartActivity("webhook deliver", ActivityKind.Producer, parent);
        activity?.SetTag("webhook.event", delivery.EventType);
        activity?.SetTag("webhook.id", delivery.EventId);
        activity?.SetTag("webhook.delivery", delivery.Id);
        activity?.SetTag("webhook.endpoint", delivery.Target.EndpointId);
        activity?.SetTag("webhook.attempt", delivery.Attempts + 1);
        return activity;
    }

    /// <summary>Has what is logged until it is disposed of belong to the trace of the request that caused the event, also where no spans are recorded. Is exported nowhere.</summary>
    public static Activity? Resume(ClaimedDelivery delivery) =>
        delivery.TraceParent is { } trace && ActivityContext.TryParse(trace, null, out _) ? new Activity("webhook log").SetParentId(trace).Start() : null;

    /// <summary>A span of its own, for work that time set off: once there is some.</summary>
    public static Activity? StartRoot(string name) => Source.StartActivity(name, ActivityKind.Internal, parentContext: default);

    /// <summary>Counts an attempt. Called once for each, whether or not its result could be recorded.</summary>
    public void Attempted(ClaimedDelivery delivery, AttemptOutcome outcome, string result)
    {
        var type = new KeyValuePair<string, object?>("event", delivery.EventType);
        _deliveries.Add(1, type, new KeyValuePair<string, object?>("result", result));
        _duration.Record(outcome.Duration.TotalSeconds, type);
        if (delivery.Attempts == 0)
        {
            _lag.Record(Math.Max(0, (outcome.StartedAt - delivery.DueAt).TotalSeconds), type);
        }
    }

    /// <summary>Notes how late a reminder was fired.</summary>
    public void Fired(TimeSpan lateness) => _lateness.Record(Math.Max(0, lateness.TotalSeconds));

    /// <summary>What the gauges show from now on, until it is too old to be called the present.</summary>
    public void QueueSampled(QueueSample sample) => _queue = sample;

    /// <summary>Shows zeros for what has not happened yet: a rate begins to count at the first value it sees.</summary>
    public void Begin()
    {
        foreach (var type in WebhookEventTypes.All)
        {
            foreach (var result in new[] { Results.Delivered, Results.Failed, Results.Dead })
            {
                _deliveries.Add(0, new KeyValuePair<string, object?>("event", type), new KeyValuePair<string, object?>("result", result));
            }
        }
    }

    /// <summary>Null while it is not known: a queue that cannot be measured must not look as it did when it could.</summary>
    private QueueSample? Queue => _queue is { } queue && _time.GetUtcNow() < queue.ValidUntil ? queue : null;

    private static Histogram<double> Seconds(Meter meter, string name, string description, double[] buckets) =>
        meter.CreateHistogram(name, "s", description, advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = buckets });

    private IEnumerable<Measurement<long>> ObserveDepth() => Queue is not { } queue ? [] :
    [
        new(queue.Due, new KeyValuePair<string, object?>("state", "due")),
        new(queue.Scheduled, new KeyValuePair<string, object?>("state", "scheduled")),
        new(queue.Held, new KeyValuePair<string, object?>("state", "held")),
        new(queue.InFlight, new KeyValuePair<string, object?>("state", "in_flight")),
    ];

    private IEnumerable<Measurement<double>> Observe(Func<QueueSample, TimeSpan> age) => Queue is not { } queue ? [] : [new(age(queue).TotalSeconds)];
}

/// <summary>The queue at one moment.</summary>
/// <param name="Due">Deliveries that are due and not held by any dispatcher.</param>
/// <param name="Scheduled">Deliveries that wait for a later time.</param>
/// <param name="Held">Deliveries that wait for a paused endpoint.</param>
/// <param name="InFlight">Deliveries that this dispatcher holds.</param>
/// <param name="OldestDue">Age of the oldest that could go out now.</param>
/// <param name="OldestReminder">Age of the oldest reminder that is due and not fired.</param>
/// <param name="ValidUntil">After this the sample is too old to show: the next one should have come long before.</param>
internal sealed record QueueSample(
    long Due, long Scheduled, long Held, long InFlight, TimeSpan OldestDue, TimeSpan OldestReminder, DateTimeOffset ValidUntil);
