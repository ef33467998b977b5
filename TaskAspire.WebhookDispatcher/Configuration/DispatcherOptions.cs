using System.ComponentModel.DataAnnotations;

namespace TaskAspire.WebhookDispatcher.Configuration;

/// <summary>
/// How webhooks are delivered. Section <c>Webhooks</c>; times are written <c>[d.]hh:mm:ss[.fff]</c>. Which addresses may be reached is
/// <see cref="Data.Webhooks.Targets.WebhookTargetOptions"/>, credentials are <see cref="Data.Webhooks.WebhookSigningOptions"/>.
/// </summary>
internal sealed class DispatcherOptions
{
    public const string Section = "Webhooks";

    /// <summary>How long to wait after each failed attempt. One more attempt than there are entries is made; then the delivery is dead.</summary>
    /// <value>The default is 1 s, 2 s, 5 s, 1 min, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h. Each from 0 to 7 days; at most 50.</value>
    public TimeSpan[]? RetrySchedule { get; set; }

    /// <summary>By how much a wait varies either way, so that deliveries that failed together do not come back together.</summary>
    /// <value>The default is 0.1 (±10 %). From 0 to 1.</value>
    [Range(0.0, 1.0)]
    public double Jitter { get; set; } = 0.1;

    /// <summary>Longest <c>Retry-After</c> that is honoured.</summary>
    /// <value>The default is 24 h. From 0 to 7 days.</value>
    [Range(typeof(TimeSpan), "00:00:00", "7.00:00:00")]
    public TimeSpan MaxRetryAfter { get; set; } = TimeSpan.FromHours(24);

    /// <summary>What an attempt may take, from connect to last byte.</summary>
    /// <value>The default is 10 s. From 10 ms to 5 min.</value>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:05:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Requests that one dispatcher has open at a time and that take less than a second; of slower ones, which take no place of these, four times as many.</summary>
    /// <value>The default is 128. From 1 to 4096.</value>
    [Range(1, 4096)]
    public int Concurrency { get; set; } = 128;

    /// <summary>Requests that one dispatcher has open to one endpoint at a time, unless the endpoint has a number of its own.</summary>
    /// <value>The default is 8. From 1 to 1024.</value>
    [Range(1, 1024)]
    public int PerEndpointConcurrency { get; set; } = 8;

    /// <summary>Failures in a row after which an endpoint is left alone but for single probes, at a distance that grows to <see cref="MaxProbeInterval"/>.</summary>
    /// <value>The default is 10. From 1 to 1000.</value>
    [Range(1, 1000)]
    public int LatchAfter { get; set; } = 10;

    /// <summary>Longest time between two probes of an endpoint that is left alone.</summary>
    /// <value>The default is 5 min. From 100 ms to 1 day.</value>
    [Range(typeof(TimeSpan), "00:00:00.100", "1.00:00:00")]
    public TimeSpan MaxProbeInterval { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How long a claim holds when it is not renewed, as it is while the dispatcher lives: when one dies, its deliveries wait this long for another.</summary>
    /// <value>The default is 20 s. From 1 s to 1 h; the shorter, the sooner a pause of the process or of the database makes another dispatcher send the same.</value>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan LeaseDuration { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>Deliveries claimed in one statement.</summary>
    /// <value>The default is 400. From 1 to 5000.</value>
    [Range(1, 5000)]
    public int BatchSize { get; set; } = 400;

    /// <summary>Reminders and overdue tasks fired in one transaction.</summary>
    /// <value>The default is 500. From 1 to 5000.</value>
    [Range(1, 5000)]
    public int ReminderBatchSize { get; set; } = 500;

    /// <summary>How often the dispatcher looks by itself, should a notification be lost.</summary>
    /// <value>The default is 30 s. From 50 ms to 30 s.</value>
    [Range(typeof(TimeSpan), "00:00:00.050", "00:00:30")]
    public TimeSpan SweepInterval { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>For how long an endpoint may fail without one success before it is disabled.</summary>
    /// <value>The default is 120 h. From 1 s to 365 days.</value>
    [Range(typeof(TimeSpan), "00:00:01", "365.00:00:00")]
    public TimeSpan DisableAfter { get; set; } = TimeSpan.FromHours(120);

    /// <summary>How long finished deliveries, their attempts and events without deliveries are kept.</summary>
    /// <value>The default is 30 days. From 1 s to 3650 days.</value>
    [Range(typeof(TimeSpan), "00:00:01", "3650.00:00:00")]
    public TimeSpan Retention { get; set; } = TimeSpan.FromDays(30);

    /// <summary>How often what is older than <see cref="Retention"/> is removed.</summary>
    /// <value>The default is 1 h. From 50 ms to 1 day.</value>
    [Range(typeof(TimeSpan), "00:00:00.050", "1.00:00:00")]
    public TimeSpan RetentionInterval { get; set; } = TimeSpan.FromHours(1);

    /// <summary>Rows removed in one statement.</summary>
    /// <value>The default is 500. From 1 to 10,000.</value>
    [Range(1, 10_000)]
    public int RetentionBatchSize { get; set; } = 500;

    /// <summary>How often the queue is measured.</summary>
    /// <value>The default is 15 s. From 50 ms to 1 h.</value>
    [Range(typeof(TimeSpan), "00:00:00.050", "01:00:00")]
    public TimeSpan QueueSampleInterval { get; set; } = TimeSpan.FromSeconds(15);
}
