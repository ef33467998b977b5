using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace TaskAspire.ApiService.Json;

/// <summary>
/// Times as RFC 3339 §5.6 has them: the offset is never left out, and what goes out is UTC with milliseconds. Finer parts of a
/// second are cut off on the way in, so that what is read back equals what was answered.
/// </summary>
internal sealed partial class Rfc3339Converter : JsonConverter<DateTimeOffset>
{
    public const string Expected = "An RFC 3339 time with offset is expected, such as 2026-03-01T09:00:00Z, between 1970 and 9998.";

    /// <summary>The years that are taken, as a pattern of the API's document.</summary>
    public const string Years = "^(19[7-9][0-9]|[2-8][0-9]{3}|9[0-8][0-9]{2}|99[0-8][0-9]|999[0-8])-";

    private const string Output = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    /// <summary>The first time that is taken.</summary>
    public static DateTimeOffset Earliest { get; } = DateTimeOffset.UnixEpoch;

    /// <summary>The last time that is taken.</summary>
    public static DateTimeOffset Latest { get; } = new(9998, 12, 31, 23, 59, 59, TimeSpan.Zero);

    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && TryParse(reader.GetString()!, out var time) ? time : throw new JsonException(Expected);

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteStringValue(Format(value));

    public static string Format(DateTimeOffset time) => time.UtcDateTime.ToString(Output, CultureInfo.InvariantCulture);

    public static bool TryParse(string text, out DateTimeOffset time)
    {
        time = default;
        if (Form().Match(text) is not { Success: true } match
            || !DateTime.TryParseExact(match.Groups["day"].Value, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var day)
            || day.Year is < 1969 or > 9998)
        {
            return false;
        }

        // A leap second (60) is the first second of the next minute.
        var clock = new TimeSpan(0, Number(match, "hour"), Number(match, "minute"), Number(match, "second"), Number(match, "millisecond"));
        var offset = new TimeSpan(Number(match, "offsetHour"), Number(match, "offsetMinute"), 0);
        time = new DateTimeOffset(day) + clock - (match.Groups["sign"].ValueSpan is "-" ? -offset : offset);
        return IsInRange(time);
    }

    /// <summary>Reads a time from a query, where the + of an offset arrives as a blank unless it is escaped.</summary>
    public static bool TryParseQuery(string text, out DateTimeOffset time) =>
        TryParse(text.Length > 6 && text[^6] == ' ' ? $"{text[..^6]}+{text[^5..]}" : text, out time);

    /// <summary>Whether a time is one that is taken.</summary>
    public static bool IsInRange(DateTimeOffset time) => time >= Earliest && time <= Latest;

    private static int Number(Match match, string part) =>
        match.Groups[part] is { Success: true } found ? int.Parse(part == "millisecond" ? found.Value.PadRight(3, '0') : found.Value, CultureInfo.InvariantCulture) : 0;

    // §5.6. Letters may be small (its first note); a blank for the T is what other standards have.
    [GeneratedRegex(
        @"^(?<day>[0-9]{4}-[0-9]{2}-[0-9]{2})[Tt](?<hour>[01][0-9]|2[0-3]):(?<minute>[0-5][0-9]):(?<second>[0-5][0-9]|60)(\.(?<millisecond>[0-9]{1,3})[0-9]*)?"
        + @"([Zz]|(?<sign>[+-])(?<offsetHour>[01][0-9]|2[0-3]):(?<offsetMinute>[0-5][0-9]))\z",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Form();
}

internal static class TimeExtensions
{
    /// <summary>The time with the precision in which times are stored and sent.</summary>
    public static DateTimeOffset TruncateToMilliseconds(this DateTimeOffset time) =>
        time.AddTicks(-(time.Ticks % TimeSpan.TicksPerMillisecond));

    /// <summary>Now, UTC, with the precision in which times are stored and sent.</summary>
    public static DateTimeOffset Now(this TimeProvider clock) => clock.GetUtcNow().TruncateToMilliseconds();
}
