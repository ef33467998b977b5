using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace TaskAspire.AppHost.Commands;

/// <summary>When a command can be given.</summary>
internal static class CommandStates
{
    /// <summary>While what it is given to is healthy.</summary>
    public static ResourceCommandState WhenHealthy(UpdateCommandStateContext context) =>
        context.ResourceSnapshot.HealthStatus is HealthStatus.Healthy ? ResourceCommandState.Enabled : ResourceCommandState.Disabled;
}
