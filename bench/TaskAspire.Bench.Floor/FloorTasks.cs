using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization;
using Npgsql;

namespace TaskAspire.Bench.Floor;

/// <summary>Reads and writes tasks with nothing between PostgreSQL and the response.</summary>
internal sealed class FloorTasks(NpgsqlDataSource database)
{
    private const int PageSize = 20;

    public async Task ListAsync(HttpContext context, Guid user, long before, Guid beforeId)
    {
        await using var connection = await database.OpenConnectionAsync(context.RequestAborted);
        await using var command = new NpgsqlCommand(FloorSql.List, connection)
        {
            Parameters =
            {
                new NpgsqlParameter<Guid> { TypedValue = user },
                new NpgsqlParameter<DateTime> { TypedValue = new DateTime(before, DateTimeKind.Utc) },
                new NpgsqlParameter<Guid> { TypedValue = beforeId },
            },
        };
        await using var row = await command.ExecuteReaderAsync(context.RequestAborted);
        context.Response.ContentType = "application/json; charset=utf-8";
        await using var json = new Utf8JsonWriter(context.Response.BodyWriter, FloorJson.Options);
        json.WriteStartObject();
        json.WriteStartArray("items"u8);
        var count = 0;
        var more = false;
        var total = 0L;
        Guid last = default;
        DateTime created = default;
        while (await row.ReadAsync(context.RequestAborted))
        {
            if (count == PageSize)
            {
                more = true;
                break;
            }

            count++;
            FloorJson.WriteTask(json, row);
            (last, created, total) = (row.GetGuid(0), row.GetDateTime(16), row.GetInt64(19));
        }

        json.WriteEndArray();
        json.WriteNull("page"u8);
        json.WriteNumber("limit"u8, PageSize);
        json.WriteNumber("total"u8, total);
        if (more)
        {
            FloorJson.WriteCursor(json, last, created);
        }
        else
        {
            json.WriteNull("nextCursor"u8);
        }

        json.WriteEndObject();
    }

    public async Task GetAsync(HttpContext context, Guid user, Guid id)
    {
        await using var connection = await database.OpenConnectionAsync(context.RequestAborted);
        await using var command = new NpgsqlCommand(FloorSql.Single, connection)
        {
            Parameters = { new NpgsqlParameter<Guid> { TypedValue = id }, new NpgsqlParameter<Guid> { TypedValue = user } },
        };
        await using var row = await command.ExecuteReaderAsync(context.RequestAborted);
        if (!await row.ReadAsync(context.RequestAborted))
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        context.Response.ContentType = "application/json; charset=utf-8";
        await using var json = new Utf8JsonWriter(context.Response.BodyWriter, FloorJson.Options);
        FloorJson.WriteTask(json, row);
    }

    public async Task InsertAsync(HttpContext context, Guid user)
    {
        var task = (await JsonSerializer.DeserializeAsync(context.Request.Body, FloorContracts.Default.NewTask, context.RequestAborted))!;
        var (id, reminder) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        var now = DateTime.UtcNow;
        now = now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMillisecond));
        string[] keys = [.. task.Tags.Select(tag => tag.ToLowerInvariant())];
        var payload = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(payload, FloorJson.Options))
        {
            json.WriteStartObject();
            json.WriteString("event"u8, "task.created"u8);
            FloorJson.WriteTime(json, "timestamp"u8, now);
            json.WritePropertyName("data"u8);
            FloorJson.WriteTask(json, task, id, reminder, now);
            json.WriteEndObject();
        }

        await using var connection = await database.OpenConnectionAsync(context.RequestAborted);
        // One round trip; without BEGIN a batch is one transaction.
        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                Statement(FloorSql.InsertTask, id, user, task.Title, task.Description, task.DueDate, now),
                Statement(FloorSql.InsertTags, id, user, keys),
                Statement(FloorSql.InsertReminder, reminder, id, user, task.MinutesBeforeDue, task.DueDate.AddMinutes(-task.MinutesBeforeDue)),
                Statement(FloorSql.InsertEvent, Guid.CreateVersion7(), user, id, keys, payload.WrittenSpan.ToArray(), now),
                Statement(FloorSql.InsertChange, user, id, now),
            },
        };
        await batch.ExecuteNonQueryAsync(context.RequestAborted);
        context.Response.StatusCode = StatusCodes.Status201Created;
        context.Response.ContentType = "application/json; charset=utf-8";
        await using var answer = new Utf8JsonWriter(context.Response.BodyWriter, FloorJson.Options);
        FloorJson.WriteTask(answer, task, id, reminder, now);
    }

    private static NpgsqlBatchCommand Statement(string sql, params ReadOnlySpan<object> values)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var value in values)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        }

        return command;
    }
}

/// <summary>What of a request becomes a row.</summary>
internal sealed record NewTask(string Title, string Description, DateTime DueDate, string[] Tags, NewReminder[] Reminders)
{
    [JsonIgnore]
    public int MinutesBeforeDue => Reminders[0].MinutesBeforeDue;
}

/// <summary>Its one reminder.</summary>
internal sealed record NewReminder(int MinutesBeforeDue);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(NewTask))]
internal sealed partial class FloorContracts : JsonSerializerContext;
