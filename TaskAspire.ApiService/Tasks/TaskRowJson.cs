using System.Buffers.Text;
using System.Text.Json;
using Npgsql;
using TaskAspire.ApiService.Json;
using TaskAspire.Data.Tasks;

namespace TaskAspire.ApiService.Tasks;

/// <summary>
/// Writes a row of <see cref="TaskRow"/> as the JSON of its <see cref="TaskResponse"/>, byte for byte, without making either.
/// </summary>
internal static class TaskRowJson
{
    private const int MillisecondsEnd = 23;

    private static readonly JsonEncodedText[] Priorities = [.. Enum.GetValues<TaskPriority>().Select(p => JsonEncodedText.Encode(EnumWords.Of(p)))];

    /// <param name="json">Takes it.</param>
    /// <param name="row">The row.</param>
    /// <param name="tags">The names of its tags, sorted.</param>
    public static void Write(Utf8JsonWriter json, NpgsqlDataReader row, string[] tags)
    {
        var due = Time(row, TaskRow.DueDate);
        json.WriteStartObject();
        json.WriteString("id"u8, row.GetGuid(TaskRow.Id));
        json.WriteString("title"u8, row.GetString(TaskRow.Title));
        WriteText(json, "description"u8, row, TaskRow.Description);
        json.WriteString("status"u8, row.GetString(TaskRow.Status));
        json.WriteString("priority"u8, Priorities[row.GetInt16(TaskRow.Priority)]);
        WriteTime(json, "dueDate"u8, due);
        WriteText(json, "timeZone"u8, row, TaskRow.TimeZone);
        WriteId(json, "categoryId"u8, row, TaskRow.CategoryId);
        WriteCategory(json, row);
        json.WriteStartArray("tags"u8);
        foreach (var tag in tags)
        {
            json.WriteStringValue(tag);
        }

        json.WriteEndArray();
        WriteId(json, "parentId"u8, row, TaskRow.ParentId);
        WriteReminders(json, row, due);
        WriteText(json, "recurrence"u8, row, TaskRow.Recurrence);
        WriteTime(json, "completedAt"u8, Time(row, TaskRow.CompletedAt));
        WriteTime(json, "createdAt"u8, row.GetDateTime(TaskRow.CreatedAt));
        WriteTime(json, "updatedAt"u8, row.GetDateTime(TaskRow.UpdatedAt));
        WriteTime(json, "deletedAt"u8, Time(row, TaskRow.DeletedAt));
        json.WriteNumber("version"u8, row.GetInt64(TaskRow.Version));
        json.WriteEndObject();
    }

    private static void WriteCategory(Utf8JsonWriter json, NpgsqlDataReader row)
    {
        if (row.IsDBNull(TaskRow.CategoryName))
        {
            json.WriteNull("category"u8);
            return;
        }

        json.WriteStartObject("category"u8);
        json.WriteString("id"u8, row.GetGuid(TaskRow.CategoryId));
        json.WriteString("name"u8, row.GetString(TaskRow.CategoryName));
        json.WriteEndObject();
    }

    private static void WriteReminders(Utf8JsonWriter json, NpgsqlDataReader row, DateTime? due)
    {
        json.WriteStartArray("reminders"u8);
        if (!row.IsDBNull(TaskRow.ReminderIds))
        {
            var ids = row.GetFieldValue<Guid[]>(TaskRow.ReminderIds);
            var times = row.GetFieldValue<DateTime?[]>(TaskRow.ReminderTimes);
            var minutes = row.GetFieldValue<int?[]>(TaskRow.ReminderMinutes);
            foreach (var i in InOrder(ids, times, minutes, due))
            {
                json.WriteStartObject();
                json.WriteString("id"u8, ids[i]);
                WriteTime(json, "at"u8, times[i]);
                if (minutes[i] is { } before)
                {
                    json.WriteNumber("minutesBeforeDue"u8, before);
                }
                else
                {
                    json.WriteNull("minutesBeforeDue"u8);
                }

                json.WriteEndObject();
            }
        }

        json.WriteEndArray();
    }

    /// <summary>Soonest first, as <see cref="TaskReminder.TimeFor"/> has it.</summary>
    private static int[] InOrder(Guid[] ids, DateTime?[] times, int?[] minutes, DateTime? due)
    {
        if (ids.Length == 1)
        {
            return OnlyFirst;
        }

        var order = new int[ids.Length];
        for (var i = 0; i < order.Length; i++)
        {
            order[i] = i;
        }

        Array.Sort(order, (a, b) => Nullable.Compare(TimeOf(a), TimeOf(b)) is var difference and not 0 ? difference : ids[a].CompareTo(ids[b]));
        return order;

        DateTime? TimeOf(int i) => times[i] ?? due?.AddMinutes(-minutes[i].GetValueOrDefault());
    }

    private static readonly int[] OnlyFirst = [0];

    private static void WriteTime(Utf8JsonWriter json, ReadOnlySpan<byte> name, DateTime? time)
    {
        if (time is not { } value)
        {
            json.WriteNull(name);
            return;
        }

        // As Rfc3339Converter has it. A format of one's own is parsed each time; this one is not, and differs by the digits after milliseconds.
        Span<byte> text = stackalloc byte[32];
        Utf8Formatter.TryFormat(value, text, out _, 'O');
        text[MillisecondsEnd] = (byte)'Z';
        json.WriteString(name, text[..(MillisecondsEnd + 1)]);
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

    private static DateTime? Time(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetDateTime(column);
}
