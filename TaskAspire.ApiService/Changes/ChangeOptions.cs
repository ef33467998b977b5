using System.ComponentModel.DataAnnotations;

namespace TaskAspire.ApiService.Changes;

/// <summary>The journal of changes. Section <c>Changes</c>.</summary>
internal sealed class ChangeOptions
{
    /// <summary>The configuration section.</summary>
    internal const string Section = "Changes";

    /// <summary>How long a change is kept: how long a client may be away and still be told only what it missed, and how far back a task's history goes.</summary>
    /// <value>Default: 365 days. One day to ten years.</value>
    [Range(typeof(TimeSpan), "1.00:00:00", "3650.00:00:00")]
    public TimeSpan Retention { get; set; } = TimeSpan.FromDays(365);
}
