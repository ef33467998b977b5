using System.Globalization;
using System.Text.RegularExpressions;
using TaskAspire.ApiService.Tasks.Recurrence;

namespace TaskAspire.ApiService.Portability;

/// <summary>
/// A duration of iCalendar (RFC 5545 §3.3.6). A day is one on the clock, which daylight saving makes longer or shorter; an hour is an hour.
/// </summary>
/// <param name="Days">Weeks and days, negative before a time.</param>
/// <param name="Rest">The rest, with the same sign.</param>
internal readonly partial record struct CalendarDuration(int Days, TimeSpan Rest)
{
    public bool IsNegative => Days < 0 || Rest < TimeSpan.Zero;

    /// <summary>Whole minutes that it lies before a time, with each day as 24 hours; null when it lies after.</summary>
    public int? MinutesBefore => TimeSpan.FromDays(Days) + Rest is var length && length <= TimeSpan.Zero ? (int)-length.TotalMinutes : null;

    /// <summary>Null for text that is not a duration.</summary>
    public static CalendarDuration? TryParse(string text)
    {
        var match = Form().Match(text.Trim().ToUpperInvariant());
        if (!match.Success)
        {
            return null;
        }

        int Part(string name) => match.Groups[name].Success ? int.Parse(match.Groups[name].Value, CultureInfo.InvariantCulture) : 0;
        var sign = match.Groups["minus"].Success ? -1 : 1;
        return new CalendarDuration(sign * ((7 * Part("w")) + Part("d")), sign * new TimeSpan(Part("h"), Part("m"), Part("s")));
    }

    /// <summary>The time so much later; null when there is no such time.</summary>
    /// <param name="time">The time from which on.</param>
    /// <param name="zone">The zone in which its days are; null is UTC.</param>
    public DateTimeOffset? After(DateTimeOffset time, string? zone)
    {
        try
        {
            var clock = WallClock.In(zone);
            return (Days == 0 ? time : clock.ToUtc(clock.At(time).AddDays(Days))) + Rest;
        }
        catch (ArgumentOutOfRangeException)
        {
            return null;
        }
    }

    // Digits are those of ASCII (\d has all of Unicode's, which int.Parse does not read), and as many as a reminder or a task can need.
    [GeneratedRegex(@"\A(\+|(?<minus>-))?P(?=.)((?<w>[0-9]{1,4})W|((?<d>[0-9]{1,5})D)?(T(?=[0-9])((?<h>[0-9]{1,6})H)?((?<m>[0-9]{1,7})M)?((?<s>[0-9]{1,9})S)?)?)\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Form();
}
