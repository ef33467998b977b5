using System.ComponentModel.DataAnnotations;

namespace TaskAspire.ApiService.Shutdown;

/// <summary>How the service ends. Section <c>Shutdown</c>.</summary>
internal sealed class ShutdownOptions
{
    /// <summary>The configuration section.</summary>
    internal const string Section = "Shutdown";

    /// <summary>
    /// How long requests are still taken after SIGTERM, while <c>/health</c> says 503: longer than a load balancer takes to notice. Requests that are under way then have another 30 seconds.
    /// </summary>
    /// <value>Default: 5 seconds. 0 to 5 minutes. <c>appsettings.Development.json</c> sets 0.</value>
    [Range(typeof(TimeSpan), "00:00:00", "00:05:00")]
    public TimeSpan Delay { get; set; } = TimeSpan.FromSeconds(5);
}
