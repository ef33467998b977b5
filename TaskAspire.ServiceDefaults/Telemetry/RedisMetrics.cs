using System.Diagnostics;
using System.Diagnostics.Metrics;
using StackExchange.Redis;

namespace TaskAspire.ServiceDefaults.Telemetry;

/// <summary>
/// The client of Redis, which has no meter of its own: what it counts anyway is read when metrics are asked for, and
/// <c>redis_client_operation_duration_seconds</c> {result} is what callers waited.
/// </summary>
public sealed class RedisMetrics
{
    /// <summary>The meter of all that is measured of Redis.</summary>
    public const string MeterName = "TaskAspire.Redis";

    private static readonly KeyValuePair<string, object?> Answered = new("result", "answered");
    private static readonly KeyValuePair<string, object?> Failed = new("result", "failed");
    private static readonly Meter Meter = new(MeterName);

    private static readonly Histogram<double> Duration = Meter.CreateHistogram(
        "redis_client_operation_duration_seconds", "s", "What a caller waited for Redis.", tags: null, Histograms.RedisSeconds);

    private long _connectionFailures;

    /// <summary>Begins to watch a connection.</summary>
    public RedisMetrics(IMeterFactory meters, IConnectionMultiplexer connection)
    {
        connection.ConnectionFailed += (_, _) => Interlocked.Increment(ref _connectionFailures);
        var meter = meters.Create(MeterName);
        meter.CreateObservableGauge(
            "redis_client_connected", () => connection.IsConnected ? 1 : 0, unit: null, "1 while there is a connection to Redis, else 0.");
        meter.CreateObservableCounter(
            "redis_client_connection_failures_total", () => Interlocked.Read(ref _connectionFailures), unit: null, "Connections to Redis that broke or could not be made.");
        meter.CreateObservableCounter(
            "redis_client_operations_total", () => connection.GetCounters().Interactive.OperationCount, unit: null, "Commands sent to Redis.");
        meter.CreateObservableGauge(
            "redis_client_pending_operations", () => connection.GetCounters().TotalOutstanding, unit: null, "Commands that wait to be sent or for their answer.");
    }

    /// <summary>Notes what an operation took.</summary>
    /// <param name="started">The timestamp (<see cref="Stopwatch.GetTimestamp"/>) at which it began.</param>
    /// <param name="answered">Whether Redis answered it.</param>
    public static void Record(long started, bool answered) =>
        Duration.Record(Stopwatch.GetElapsedTime(started).TotalSeconds, answered ? Answered : Failed);
}
