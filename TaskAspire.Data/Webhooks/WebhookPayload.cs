using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace TaskAspire.Data.Webhooks;

/// <summary>
/// Writes the body of an event: <c>{ "event", "timestamp", "data" }</c>, UTF-8 without a byte order mark. The bytes are fixed when
/// the event is written; they are stored, signed and sent as they are, so nothing may write them a second time.
/// </summary>
public static class WebhookPayload
{
    // Text stays readable ("é", not "\u00e9"). The body is application/json and never part of a page, so nothing more needs escaping.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes a body whose <c>data</c> is what <paramref name="data"/> writes: one JSON value.</summary>
    /// <param name="eventType">One of <see cref="WebhookEventTypes"/>.</param>
    /// <param name="timestamp">When it happened.</param>
    /// <param name="data">Writes the value.</param>
    public static byte[] Write(string eventType, DateTimeOffset timestamp, Action<Utf8JsonWriter> data)
    {
        ArgumentNullException.ThrowIfNull(data);
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var writer = new Utf8JsonWriter(buffer, Options))
        {
            writer.WriteStartObject();
            writer.WriteString("event", eventType);
            writer.WriteString("timestamp", Timestamp(timestamp));
            writer.WritePropertyName("data");
            data(writer);
            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Writes a body whose <c>data</c> is a value that System.Text.Json serializes.</summary>
    /// <param name="eventType">One of <see cref="WebhookEventTypes"/>.</param>
    /// <param name="timestamp">When it happened.</param>
    /// <param name="data">The value.</param>
    /// <param name="typeInfo">How to serialize it.</param>
    public static byte[] Write<T>(string eventType, DateTimeOffset timestamp, T data, JsonTypeInfo<T> typeInfo) =>
        Write(eventType, timestamp, writer => JsonSerializer.Serialize(writer, data, typeInfo));

    /// <summary>
    /// The body of <c>task.reminder</c> and <c>task.overdue</c>: <c>data</c> has exactly <c>taskId</c>, <c>title</c>,
    /// <c>dueDate</c> (null when the task has none) and <c>userId</c>.
    /// </summary>
    public static byte[] ForDueTask(string eventType, DateTimeOffset timestamp, Guid taskId, string title, DateTimeOffset? dueDate, Guid userId) =>
        Write(eventType, timestamp, writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("taskId", taskId);
            writer.WriteString("title", title);
            if (dueDate is { } due)
            {
                writer.WriteString("dueDate", Timestamp(due));
            }
            else
            {
                writer.WriteNull("dueDate");
            }

            writer.WriteString("userId", userId);
            writer.WriteEndObject();
        });

    /// <summary>The body of <c>webhook.test</c>.</summary>
    public static byte[] ForTest(DateTimeOffset timestamp, Guid endpointId, string url) =>
        Write(WebhookEventTypes.WebhookTest, timestamp, writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("endpointId", endpointId);
            writer.WriteString("url", url);
            writer.WriteString("message", "This is a test. Nothing happened but that the owner of the endpoint asked for it.");
            writer.WriteEndObject();
        });

    /// <summary>The body of <c>webhook.disabled</c>.</summary>
    public static byte[] ForDisabled(DateTimeOffset timestamp, Guid endpointId, string url, string reason) =>
        Write(WebhookEventTypes.WebhookDisabled, timestamp, writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("endpointId", endpointId);
            writer.WriteString("url", url);
            writer.WriteString("reason", reason);
            writer.WriteString("disabledAt", Timestamp(timestamp));
            writer.WriteEndObject();
        });

    /// <summary>A time as bodies have it: RFC 3339, UTC, milliseconds (<c>2026-11-22T20:15:00.000Z</c>).</summary>
    public static string Timestamp(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
