using System.ComponentModel.DataAnnotations;

namespace TaskAspire.ApiService.Idempotency;

/// <summary>Answers kept for repeats. Section <c>Idempotency</c>.</summary>
internal sealed class IdempotencyOptions
{
    /// <summary>The configuration section.</summary>
    internal const string Section = "Idempotency";

    /// <summary>How long a key stands for its first answer; afterwards it is free again.</summary>
    /// <value>Default: 24 hours. One minute to 30 days.</value>
    [Range(typeof(TimeSpan), "00:01:00", "30.00:00:00")]
    public TimeSpan Lifetime { get; set; } = TimeSpan.FromHours(24);

    /// <summary>How long a repeat waits for the answer of a first request that is still running, before it is told to try again.</summary>
    /// <value>Default: 10 seconds. 100 ms to 14 s (the database gives up on a statement after 15 s).</value>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:00:14")]
    public TimeSpan Patience { get; set; } = TimeSpan.FromSeconds(10);
}
