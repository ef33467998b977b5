using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace TaskAspire.ApiService.Json;

/// <summary>
/// Times as RFC 3339 §5.6 has them: the offset is never left out, and what goes out is UTC with milliseconds. Finer parts of a
/// second are cut off on the way in, so that what is read back equals what was answered.
/// </summary>
internal sealed class Rfc3339Converter : JsonConverter<DateTimeOffset>
{
    public const string Expected = "An RFC 3339 time with offset is expected, such as 2026-03-01T09:00:00Z, between 1970 and 9998.";

    private const string Output = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";
    private static readonly DateTimeOffset Earliest = DateTimeOffset.UnixEpoch;
    private static readonly DateTimeOffset Latest = new(9998, 12, 31, 23, 59, 59, TimeSpan.Zero);

    private static readonly string[] Accepted =
    [
        "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd' 'HH:mm:ssK", "yyyy-MM-dd' 'HH:mm:ss.FFFFFFFK",
    ];

    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && TryParse(reader.GetString()!, out var time) ? time : throw new JsonException(Expected);

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteStringValue(Format(value));

    public static string Format(DateTimeOffset time) => time.UtcDateTime.ToString(Output, CultureInfo.InvariantCulture);

    public static bool TryParse(string text, out DateTimeOffset time)
    {
        time = default;
        // A time without offset would be taken as local time of the server.
        var hasOffset = text.Length > 19 && (text[^1] is 'Z' or 'z' || (text[^3] == ':' && text[^6] is '+' or '-'));
        if (!hasOffset
            || !DateTimeOffset.TryParseExact(text.ToUpperInvariant(), Accepted, CultureInfo.InvariantCulture, DateTimeStyles.None, out var parsed)
            || parsed < Earliest || parsed > Latest)
        {
            return false;
        }

        time = parsed.ToUniversalTime().TruncateToMilliseconds();
        return true;
    }
}

internal static class TimeExtensions
{
    /// <summary>The time with the precision in which times are stored and sent.</summary>
    public static DateTimeOffset TruncateToMilliseconds(this DateTimeOffset time) =>
        time.AddTicks(-(time.Ticks % TimeSpan.TicksPerMillisecond));

    /// <summary>Now, UTC, with the precision in which times are stored and sent.</summary>
    public static DateTimeOffset Now(this TimeProvider clock) => clock.GetUtcNow().TruncateToMilliseconds();
}
