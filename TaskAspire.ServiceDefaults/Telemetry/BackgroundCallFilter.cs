using System.Diagnostics;
using OpenTelemetry;

namespace TaskAspire.ServiceDefaults.Telemetry;

/// <summary>
/// Keeps calls that are part of no work out of the traces. What a service asks PostgreSQL and others by itself, in places several times a second, would be a trace
/// of its own each time, and those of requests and deliveries would not be found among them. Metrics count all of it.
/// </summary>
internal sealed class BackgroundCallFilter : BaseProcessor<Activity>
{
    /// <inheritdoc/>
    public override void OnStart(Activity data)
    {
        if (data.Kind == ActivityKind.Client && data.ParentSpanId == default)
        {
            // What is not recorded is not exported.
            data.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
        }
    }
}
