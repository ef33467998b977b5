using System.ComponentModel.DataAnnotations;

namespace TaskAspire.ApiService.Live;

/// <summary>Live events. Section <c>LiveEvents</c>.</summary>
internal sealed class LiveOptions
{
    /// <summary>The configuration section.</summary>
    internal const string Section = "LiveEvents";

    /// <summary>
    /// How often a stream on which nothing happens says that it is alive, which keeps proxies from closing it; and how often its
    /// credential is checked again, so the longest that a stream outlives a log-out.
    /// </summary>
    /// <value>Default: 15 seconds. One second to 5 minutes.</value>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00")]
    public TimeSpan HeartbeatInterval { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>What clients are told to wait before they connect again.</summary>
    /// <value>Default: 2 seconds. 0.1 seconds to one minute.</value>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00")]
    public TimeSpan ReconnectDelay { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How many streams a user may have open at an instance.</summary>
    /// <value>Default: 20. 1 to 1,000.</value>
    [Range(1, 1_000)]
    public int MaxPerUser { get; set; } = 20;

    /// <summary>How many streams an instance serves.</summary>
    /// <value>Default: 10,000. 1 to 1,000,000.</value>
    [Range(1, 1_000_000)]
    public int MaxPerInstance { get; set; } = 10_000;

    /// <summary>How many streams read from the database at a time, so that they leave connections to requests when all wake at once.</summary>
    /// <value>Default: 4. 1 to 100.</value>
    [Range(1, 100)]
    public int MaxConcurrentReads { get; set; } = 4;
}
