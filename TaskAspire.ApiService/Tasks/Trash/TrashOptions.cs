using System.ComponentModel.DataAnnotations;

namespace TaskAspire.ApiService.Tasks.Trash;

/// <summary>Tasks. Section <c>Tasks</c>.</summary>
internal sealed class TrashOptions
{
    /// <summary>The configuration section.</summary>
    internal const string Section = "Tasks";

    /// <summary>How long a task stays in the trash before it is removed for good.</summary>
    /// <value>Default: 30 days. One hour to ten years.</value>
    [Range(typeof(TimeSpan), "01:00:00", "3650.00:00:00")]
    public TimeSpan TrashRetention { get; set; } = TimeSpan.FromDays(30);
}
