using System.Text.Json;
using Npgsql;
using TaskAspire.ApiService.Availability;
using TaskAspire.ApiService.Json;

namespace TaskAspire.ApiService.Tasks;

/// <summary>
/// A single task and a list, which is what clients ask for all day: one round trip to PostgreSQL, from the rows right into the JSON. Nothing
/// between the two, no entities, records or serializer, is wanted by anybody, so this is the one place that reads without EF Core (docs/performance.md).
/// </summary>
internal sealed class TaskJson(NpgsqlDataSource database, ConnectionQueue connections, TimeProvider clock)
{
    private const int Retries = 2;
    private const string Single = $"SELECT {TaskRow.Columns} FROM {TaskRow.Tables} WHERE t.id = $1 AND t.user_id = $2 AND t.deleted_at IS NULL";

    /// <summary>The task and its entity tag; null when the user has none of this id, or only in the trash.</summary>
    public Task<(JsonBody Body, string ETag)?> FindAsync(Guid userId, Guid id, CancellationToken cancellationToken) => ReadAsync<(JsonBody, string)?>(
        connection => new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                new NpgsqlBatchCommand(Single) { Parameters = { new NpgsqlParameter<Guid> { TypedValue = id }, new NpgsqlParameter<Guid> { TypedValue = userId } } },
            },
        },
        async (body, row, token) =>
        {
            if (!await row.ReadAsync(token))
            {
                body.Return();
                return null;
            }

            var tags = TaskRow.Tags(row);
            TaskRowJson.Write(body.Writer, row, tags);
            return (body, TaskETag.Of(row.GetInt64(TaskRow.Version), TaskRow.Category(row), tags));
        },
        cancellationToken);

    /// <summary>A page of tasks.</summary>
    public async Task<JsonBody> ListAsync(Guid userId, TaskListQuery query, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var page = await ReadAsync(
            connection => Batch(connection, TaskListSql.Page(userId, query, now), query), (body, rows, token) => WriteItemsAsync(body, query, rows, token), cancellationToken);
        // The last page tells the total by itself; one behind it has no row to carry it.
        var total = page.Count == 0 && query.IsCounted && query is not { Cursor: null, Start: 0 }
            ? await CountAsync(userId, query, now, cancellationToken)
            : page.Total;
        var json = page.Body.Writer;
        WriteNumber(json, "page"u8, query.Cursor is null ? query.Page : null);
        json.WriteNumber("limit"u8, query.Limit);
        WriteNumber(json, "total"u8, total);
        json.WriteString("nextCursor"u8, page.Next);
        json.WriteEndObject();
        json.Flush();
        return page.Body;
    }

    private static async Task<Page> WriteItemsAsync(JsonBody body, TaskListQuery query, NpgsqlDataReader rows, CancellationToken cancellationToken)
    {
        const int Rank = TaskRow.ColumnCount;
        const int Total = TaskRow.ColumnCount + 1;
        var json = body.Writer;
        json.WriteStartObject();
        json.WriteStartArray("items"u8);
        var count = 0;
        long? total = null;
        TaskCursor? cursor = null;
        string? next = null;
        while (await rows.ReadAsync(cancellationToken))
        {
            if (count == query.Limit)
            {
                next = cursor!.ToString();
                break;
            }

            count++;
            TaskRowJson.Write(json, rows, TaskRow.Tags(rows));
            if (count == query.Limit)
            {
                cursor = TaskCursor.After(query.Sort, TaskRow.Read(rows), rows.IsDBNull(Rank) ? 0 : rows.GetInt32(Rank));
            }

            total = rows.IsDBNull(Total) ? null : TotalOf(query, rows.GetInt64(Total));
        }

        json.WriteEndArray();
        return new Page(body, count, query is { IsCounted: true, Cursor: null } && next is null ? query.Start + count : total, next);
    }

    private async Task<long?> CountAsync(Guid userId, TaskListQuery query, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var connection = await connections.OpenAsync(database, cancellationToken);
        await using var batch = Batch(connection, TaskListSql.Count(userId, query, now), query);
        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        await ToLastResultAsync(batch, rows, cancellationToken);
        await rows.ReadAsync(cancellationToken);
        return TotalOf(query, rows.GetInt64(0));
    }

    /// <summary>A count that went no further than its bound tells only that there are more.</summary>
    private static long? TotalOf(TaskListQuery query, long count) => query.IsCountBounded && count > TaskListSql.MaxSortedHits ? null : count;

    private static NpgsqlBatch Batch(NpgsqlConnection connection, NpgsqlBatchCommand statement, TaskListQuery query)
    {
        var batch = new NpgsqlBatch(connection);
        if (TaskListSql.NeedsPlanOfItsOwn(query))
        {
            batch.BatchCommands.Add(TaskListSql.Set(query));
        }

        batch.BatchCommands.Add(statement);
        return batch;
    }

    private static async ValueTask ToLastResultAsync(NpgsqlBatch batch, NpgsqlDataReader rows, CancellationToken cancellationToken)
    {
        for (var i = 1; i < batch.BatchCommands.Count; i++)
        {
            await rows.NextResultAsync(cancellationToken);
        }
    }

    private static void WriteNumber(Utf8JsonWriter json, ReadOnlySpan<byte> name, long? number)
    {
        if (number is { } value)
        {
            json.WriteNumber(name, value);
        }
        else
        {
            json.WriteNull(name);
        }
    }

    /// <summary>Reading can be done again when the connection breaks, as EF Core's execution strategy does for the rest (<c>TransientRetries</c>).</summary>
    private async Task<T> ReadAsync<T>(
        Func<NpgsqlConnection, NpgsqlBatch> command, Func<JsonBody, NpgsqlDataReader, CancellationToken, Task<T>> write, CancellationToken cancellationToken)
    {
        var body = JsonBody.Rent();
        for (var retry = 0; ; retry++)
        {
            try
            {
                await using var connection = await connections.OpenAsync(database, cancellationToken);
                await using var batch = command(connection);
                await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
                await ToLastResultAsync(batch, rows, cancellationToken);
                var result = await write(body, rows, cancellationToken);
                body.Writer.Flush();
                return result;
            }
            catch (NpgsqlException exception) when (retry < Retries && exception.IsTransient && exception.GetBaseException() is not TimeoutException)
            {
                body.Clear();
            }
        }
    }

    /// <summary>What was written of a list.</summary>
    private readonly record struct Page(JsonBody Body, int Count, long? Total, string? Next);
}
