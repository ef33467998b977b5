using TaskAspire.ApiService.Json;

namespace TaskAspire.ApiService.Tasks.Recurrence;

/// <summary>
/// The clock on the wall in a zone. A series keeps the time on it across daylight saving; what that means for times which a change
/// of the clock leaves out or repeats is said by RFC 5545 §3.3.5.
/// </summary>
internal sealed class WallClock(TimeZoneInfo zone)
{
    /// <param name="timeZone">IANA name; null is UTC.</param>
    public static WallClock In(string? timeZone) => new(timeZone is null ? TimeZoneInfo.Utc : TimeZoneInfo.FindSystemTimeZoneById(timeZone));

    public DateTime At(DateTimeOffset time) => DateTime.SpecifyKind(TimeZoneInfo.ConvertTime(time, zone).DateTime, DateTimeKind.Unspecified);

    /// <summary>
    /// A time that is left out is read with the offset before the gap (02:30 becomes 03:30), a time that comes twice is the first of both.
    /// </summary>
    public DateTimeOffset ToUtc(DateTime local)
    {
        var offset = zone.IsInvalidTime(local)
            // No gap is longer than a day (Samoa left out 30 December 2011).
            ? zone.GetUtcOffset(local.AddDays(-1))
            : zone.IsAmbiguousTime(local) ? zone.GetAmbiguousTimeOffsets(local).Max() : zone.GetUtcOffset(local);
        return new DateTimeOffset(local, offset).ToUniversalTime();
    }

    /// <summary>As far on the clock from one time as it was from another; null beyond the last time there is (less a day, for the zones).</summary>
    public DateTimeOffset? Moved(DateTimeOffset time, DateTimeOffset from, DateTimeOffset to)
    {
        var ticks = At(time).Ticks + (At(to) - At(from)).Ticks;
        return ticks <= Rfc3339Converter.Latest.Ticks - TimeSpan.TicksPerDay ? ToUtc(new DateTime(ticks)) : null;
    }
}
