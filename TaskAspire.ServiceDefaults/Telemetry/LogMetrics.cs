using System.Diagnostics.Metrics;

namespace TaskAspire.ServiceDefaults.Telemetry;

/// <summary><c>log_events_dropped_total</c>: events that a log sink could not keep. Observed, so that it is there, as zero, from the start.</summary>
internal static class LogMetrics
{
    private static readonly Meter Meter = new("TaskAspire.Logging");
    private static long s_dropped;

    static LogMetrics() => Meter.CreateObservableCounter(
        "log_events_dropped_total", () => Interlocked.Read(ref s_dropped), unit: null, "Log events that could not be delivered.");

    public static void Dropped(int events) => Interlocked.Add(ref s_dropped, events);

    public static void Start()
    {
        // Runs the static constructor, once per process.
    }
}
