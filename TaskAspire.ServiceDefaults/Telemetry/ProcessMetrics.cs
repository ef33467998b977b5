using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace TaskAspire.ServiceDefaults.Telemetry;

/// <summary>
/// The process by the names that Prometheus client libraries give it (<c>process_cpu_seconds_total</c>, …), which ready-made
/// dashboards and alerts know. The runtime itself is measured by the meter <c>System.Runtime</c>.
/// </summary>
internal static class ProcessMetrics
{
    private static readonly Meter Meter = new("TaskAspire.Process");

    static ProcessMetrics()
    {
        using var process = Process.GetCurrentProcess();
        var started = new DateTimeOffset(process.StartTime).ToUnixTimeMilliseconds() / 1000.0;
        Meter.CreateObservableCounter(
            "process_cpu_seconds_total", () => Environment.CpuUsage.TotalTime.TotalSeconds, "s", "User and system CPU time.");
        Meter.CreateObservableGauge(
            "process_resident_memory_bytes", () => Environment.WorkingSet, "By", "Resident memory.");
        Meter.CreateObservableGauge(
            "process_start_time_seconds", () => started, "s", "Start of the process, in seconds since 1970.");
    }

    public static void Start()
    {
        // Runs the static constructor, once per process.
    }
}
