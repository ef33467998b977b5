using System.Diagnostics.Metrics;

namespace TaskAspire.ServiceDefaults.Telemetry;

/// <summary>
/// <c>cache_requests_total</c> {result}: answers that were asked of the cache. Observed rather than added, so that both series
/// exist from the start and a rate over them has a zero to begin from.
/// </summary>
public static class CacheMetrics
{
    private static readonly Meter Meter = new("TaskAspire.Cache");
    private static long s_hits;
    private static long s_misses;

    static CacheMetrics() => Meter.CreateObservableCounter(
        "cache_requests_total",
        () => new Measurement<long>[]
        {
            new(Interlocked.Read(ref s_hits), new KeyValuePair<string, object?>("result", "hit")),
            new(Interlocked.Read(ref s_misses), new KeyValuePair<string, object?>("result", "miss")),
        },
        description: "Requests that were looked up in the cache.");

    /// <summary>The cache had it.</summary>
    public static void Hit() => Interlocked.Increment(ref s_hits);

    /// <summary>The cache did not have it, or could not be asked.</summary>
    public static void Miss() => Interlocked.Increment(ref s_misses);

    internal static void Start()
    {
        // Runs the static constructor: a service that has not looked anything up yet reports zeros.
    }
}
