using System.Globalization;
using Ical.Net.DataTypes;
using TaskAspire.ApiService.Json;

namespace TaskAspire.ApiService.Tasks.Recurrence;

/// <summary>Dates and times as RFC 5545 §3.3.4 and §3.3.5 write them.</summary>
internal static class SeriesTimes
{
    public const string Expected = "20261231 (a whole day), 20261231T090000Z (UTC) or 20261231T090000 (on the clock of timeZone), between 1970 and 9998";

    private const string Day = "yyyyMMdd";
    private const string Time = "yyyyMMdd'T'HHmmss";
    private const string UtcTime = Time + "'Z'";

    /// <summary>A day, or a time, in any year.</summary>
    public static CalDateTime? TryRead(string text) =>
        DateTime.TryParseExact(text, [Day, Time, UtcTime], CultureInfo.InvariantCulture, DateTimeStyles.None, out var value)
            ? new CalDateTime(DateTime.SpecifyKind(value, DateTimeKind.Unspecified), text.EndsWith('Z') ? CalDateTime.UtcTzId : null, text.Length > Day.Length)
            : null;

    /// <summary>
    /// One that can be a time of a task. Those are from 1970 to 9998 in UTC, so a time on the clock of a zone, or a day there, can lie a day beyond;
    /// which moment it is tells the zone.
    /// </summary>
    public static CalDateTime? TryParse(string text) => TryRead(text) is { } value && value.Value is var time
        && time >= Rfc3339Converter.Earliest.UtcDateTime.AddDays(value.IsUtc ? 0 : -1)
        && time <= Rfc3339Converter.Latest.UtcDateTime.AddDays(value.IsUtc ? 0 : 1) ? value : null;

    public static string Format(CalDateTime value) =>
        value.Value.ToString(value.IsUtc ? UtcTime : value.HasTime ? Time : Day, CultureInfo.InvariantCulture);

    /// <summary>Whether an occurrence comes after a time, or after a whole day, that ends a series.</summary>
    public static bool IsBefore(this CalDateTime until, Occurrence occurrence) =>
        until.HasTime
            ? until.Value < Seconds(until.IsUtc ? occurrence.At.UtcDateTime : occurrence.Local)
            : until.Value < occurrence.Local.Date;

    /// <summary>Finer parts of a second cannot be said in RFC 5545 and do not tell times apart.</summary>
    public static DateTime Seconds(DateTime time) => time.AddTicks(-(time.Ticks % TimeSpan.TicksPerSecond));
}

/// <summary>One occurrence of a series.</summary>
/// <param name="Local">On the clock of the task's zone.</param>
/// <param name="At">The moment, UTC.</param>
internal readonly record struct Occurrence(DateTime Local, DateTimeOffset At);
