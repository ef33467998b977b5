namespace TaskAspire.ApiService.RateLimiting;

/// <summary>Where a caller stands after a request.</summary>
/// <param name="Limit">Requests in a window.</param>
/// <param name="Count">Requests in this window, the present one included.</param>
/// <param name="ResetAfter">Time to the end of the window.</param>
internal readonly record struct RateLimitCount(int Limit, long Count, TimeSpan ResetAfter)
{
    public bool IsExceeded => Count > Limit;

    public long Remaining => Math.Max(0, Limit - Count);

    /// <summary>Whole seconds to the end of the window, rounded up so that a caller who waits that long is let through.</summary>
    public int ResetAfterSeconds => Math.Max(1, (int)Math.Ceiling(ResetAfter.TotalSeconds));
}
