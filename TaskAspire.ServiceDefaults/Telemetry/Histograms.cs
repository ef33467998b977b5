using System.Diagnostics.Metrics;

namespace TaskAspire.ServiceDefaults.Telemetry;

/// <summary>Bucket boundaries in seconds: those that dashboards of the integrations document ask for, and finer ones below them.</summary>
internal static class Histograms
{
    public static InstrumentAdvice<double> HttpSeconds { get; } = new()
    {
        HistogramBucketBoundaries = [0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.3, 0.5, 0.7, 1, 3, 5, 7, 10],
    };

    public static InstrumentAdvice<double> RedisSeconds { get; } = new()
    {
        HistogramBucketBoundaries = [0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.1, 0.5, 1],
    };

    public static InstrumentAdvice<double> DatabaseSeconds { get; } = new()
    {
        HistogramBucketBoundaries = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.1, 0.2, 0.5, 1, 2, 5],
    };
}
