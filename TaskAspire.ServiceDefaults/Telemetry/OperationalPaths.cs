using Microsoft.AspNetCore.Http;
using TaskAspire.ServiceDefaults.Health;

namespace TaskAspire.ServiceDefaults.Telemetry;

/// <summary>Paths that machines ask every few seconds: without traces, and in the log only at Debug.</summary>
internal static class OperationalPaths
{
    public const string Metrics = "/metrics";

    public static bool Contains(PathString path) => path == HealthEndpoints.HealthPath || path == HealthEndpoints.AlivePath || path == Metrics;
}
