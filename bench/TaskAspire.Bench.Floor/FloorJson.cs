using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Npgsql;

namespace TaskAspire.Bench.Floor;

/// <summary>Tasks as the product answers them, straight from the reader to the response.</summary>
internal static class FloorJson
{
    private const string Time = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    public static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    private static readonly JsonEncodedText[] Priorities = [.. new[] { "none", "low", "medium", "high", "urgent" }.Select(word => JsonEncodedText.Encode(word))];

    /// <summary>The columns of <see cref="FloorSql.Columns"/>.</summary>
    public static void WriteTask(Utf8JsonWriter json, NpgsqlDataReader row)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, row.GetGuid(0));
        json.WriteString("title"u8, row.GetString(1));
        WriteText(json, "description"u8, row, 2);
        json.WriteString("status"u8, row.GetString(3));
        json.WriteString("priority"u8, Priorities[row.GetInt16(4)]);
        WriteTime(json, "dueDate"u8, row, 5);
        WriteText(json, "timeZone"u8, row, 6);
        WriteId(json, "categoryId"u8, row, 7);
        if (row.IsDBNull(8))
        {
            json.WriteNull("category"u8);
        }
        else
        {
            json.WriteStartObject("category"u8);
            json.WriteString("id"u8, row.GetGuid(7));
            json.WriteString("name"u8, row.GetString(8));
            json.WriteEndObject();
        }

        json.WriteStartArray("tags"u8);
        foreach (var tag in row.GetFieldValue<string[]>(9))
        {
            json.WriteStringValue(tag);
        }

        json.WriteEndArray();
        WriteId(json, "parentId"u8, row, 10);
        WriteReminders(json, row);
        WriteText(json, "recurrence"u8, row, 14);
        WriteTime(json, "completedAt"u8, row, 15);
        WriteTime(json, "createdAt"u8, row, 16);
        WriteTime(json, "updatedAt"u8, row, 17);
        json.WriteNull("deletedAt"u8);
        json.WriteNumber("version"u8, row.GetInt64(18));
        json.WriteEndObject();
    }

    /// <summary>A task that was made of a request just now.</summary>
    public static void WriteTask(Utf8JsonWriter json, NewTask task, Guid id, Guid reminder, DateTime now)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, id);
        json.WriteString("title"u8, task.Title);
        json.WriteString("description"u8, task.Description);
        json.WriteString("status"u8, "todo"u8);
        json.WriteString("priority"u8, Priorities[2]);
        WriteTime(json, "dueDate"u8, task.DueDate);
        json.WriteNull("timeZone"u8);
        json.WriteNull("categoryId"u8);
        json.WriteNull("category"u8);
        json.WriteStartArray("tags"u8);
        foreach (var tag in task.Tags)
        {
            json.WriteStringValue(tag);
        }

        json.WriteEndArray();
        json.WriteNull("parentId"u8);
        json.WriteStartArray("reminders"u8);
        json.WriteStartObject();
        json.WriteString("id"u8, reminder);
        json.WriteNull("at"u8);
        json.WriteNumber("minutesBeforeDue"u8, task.MinutesBeforeDue);
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteNull("recurrence"u8);
        json.WriteNull("completedAt"u8);
        WriteTime(json, "createdAt"u8, now);
        WriteTime(json, "updatedAt"u8, now);
        json.WriteNull("deletedAt"u8);
        json.WriteNumber("version"u8, 1);
        json.WriteEndObject();
    }

    public static void WriteTime(Utf8JsonWriter json, ReadOnlySpan<byte> name, DateTime time)
    {
        Span<byte> text = stackalloc byte[24];
        time.TryFormat(text, out _, Time, CultureInfo.InvariantCulture);
        json.WriteString(name, text);
    }

    /// <summary>What the product's cursor says of the last task of a page sorted by creation, the newest first.</summary>
    public static void WriteCursor(Utf8JsonWriter json, Guid id, DateTime created)
    {
        Span<byte> plain = stackalloc byte[64];
        Encoding.UTF8.TryGetBytes(string.Create(CultureInfo.InvariantCulture, $"0|1|{id:N}|={created.Ticks}"), plain, out var length);
        Span<byte> text = stackalloc byte[96];
        Base64Url.TryEncodeToUtf8(plain[..length], text, out var written);
        json.WriteString("nextCursor"u8, text[..written]);
    }

    private static void WriteReminders(Utf8JsonWriter json, NpgsqlDataReader row)
    {
        json.WriteStartArray("reminders"u8);
        if (!row.IsDBNull(11))
        {
            var times = row.GetFieldValue<DateTime?[]>(12);
            var minutes = row.GetFieldValue<int?[]>(13);
            var ids = row.GetFieldValue<Guid[]>(11);
            for (var i = 0; i < ids.Length; i++)
            {
                json.WriteStartObject();
                json.WriteString("id"u8, ids[i]);
                if (times[i] is { } at)
                {
                    WriteTime(json, "at"u8, at);
                    json.WriteNull("minutesBeforeDue"u8);
                }
                else
                {
                    json.WriteNull("at"u8);
                    json.WriteNumber("minutesBeforeDue"u8, minutes[i]!.Value);
                }

                json.WriteEndObject();
            }
        }

        json.WriteEndArray();
    }

    private static void WriteTime(Utf8JsonWriter json, ReadOnlySpan<byte> name, NpgsqlDataReader row, int column)
    {
        if (row.IsDBNull(column))
        {
            json.WriteNull(name);
        }
        else
        {
            WriteTime(json, name, row.GetDateTime(column));
        }
    }

    private static void WriteText(Utf8JsonWriter json, ReadOnlySpan<byte> name, NpgsqlDataReader row, int column)
    {
        if (row.IsDBNull(column))
        {
            json.WriteNull(name);
        }
        else
        {
            json.WriteString(name, row.GetString(column));
        }
    }

    private static void WriteId(Utf8JsonWriter json, ReadOnlySpan<byte> name, NpgsqlDataReader row, int column)
    {
        if (row.IsDBNull(column))
        {
            json.WriteNull(name);
        }
        else
        {
            json.WriteString(name, row.GetGuid(column));
        }
    }
}
