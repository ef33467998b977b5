using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace TaskAspire.ServiceDefaults.Telemetry;

/// <summary>
/// <c>background_work_failing</c> {work}: what no request waits for, and whose failures would otherwise show in the log alone, long before what is not done is
/// noticed.
/// </summary>
public static class BackgroundWorkMetrics
{
    private static readonly Meter Meter = new("TaskAspire.BackgroundWork");
    private static readonly ConcurrentDictionary<string, int> Failing = new();

    static BackgroundWorkMetrics() => Meter.CreateObservableGauge(
        "background_work_failing",
        () => Failing.Select(work => new Measurement<int>(work.Value, new KeyValuePair<string, object?>("work", work.Key))),
        unit: null,
        "1 while the last try of a work failed, else 0.");

    /// <summary>There is such a work, which has not failed yet.</summary>
    public static void Began(string work) => Failing[work] = 0;

    /// <summary>It was done.</summary>
    public static void Succeeded(string work) => Failing[work] = 0;

    /// <summary>It could not be done, and will be tried again.</summary>
    public static void Failed(string work) => Failing[work] = 1;
}
