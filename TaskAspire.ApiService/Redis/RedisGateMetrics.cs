using System.Diagnostics.Metrics;
using TaskAspire.ServiceDefaults.Telemetry;

namespace TaskAspire.ApiService.Redis;

/// <summary><c>redis_client_usable</c>: what <see cref="RedisGate"/> thinks of Redis, which may be connected and refuse all the same.</summary>
internal sealed class RedisGateMetrics
{
    /// <summary>Begins to tell it.</summary>
    public RedisGateMetrics(IMeterFactory meters, RedisGate gate) => meters.Create(RedisMetrics.MeterName).CreateObservableGauge(
        "redis_client_usable", () => gate.IsOpen ? 1 : 0, unit: null, "1 while Redis answers and takes writes, else 0: the API goes without it.");
}
