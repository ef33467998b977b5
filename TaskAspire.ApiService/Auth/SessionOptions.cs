using System.ComponentModel.DataAnnotations;

namespace TaskAspire.ApiService.Auth;

/// <summary>Log-ins. Section <c>Sessions</c>.</summary>
internal sealed class SessionOptions
{
    /// <summary>The configuration section.</summary>
    internal const string Section = "Sessions";

    /// <summary>How long a session lives without being used. Each refresh starts that time again.</summary>
    /// <value>Default: 30 days. One hour to one year.</value>
    [Range(typeof(TimeSpan), "01:00:00", "365.00:00:00")]
    public TimeSpan Lifetime { get; set; } = TimeSpan.FromDays(30);

    /// <summary>
    /// How long after a refresh the token that was exchanged may be shown again without ending the session: two tabs of a browser, or a client
    /// whose answer was lost, do. It gets no tokens for it (409), so a thief gains nothing. Whoever shows it later is taken for a thief.
    /// </summary>
    /// <value>Default: 10 seconds. None to one minute.</value>
    [Range(typeof(TimeSpan), "00:00:00", "00:01:00")]
    public TimeSpan ReuseGrace { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long Redis may vouch for a session before the database is asked again. An ended session is refused at once all the
    /// same; this is the longest that one whose end Redis lost, or a deleted user's, goes on.
    /// </summary>
    /// <value>Default: 5 seconds. One second to one minute.</value>
    [Range(typeof(TimeSpan), "00:00:01", "00:01:00")]
    public TimeSpan CacheDuration { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long an expired session is kept in the database.</summary>
    /// <value>Default: 7 days. None to one year.</value>
    [Range(typeof(TimeSpan), "00:00:00", "365.00:00:00")]
    public TimeSpan Retention { get; set; } = TimeSpan.FromDays(7);
}
