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
    private const string Single = $"SELECT {TaskRow.Columns} FROM tasks t {TaskRow.Joins} WHERE t.id = $1 AND t.user_id = $2 AND t.deleted_at IS NULL";

    /// <summary>The task and its entity tag; null when the user has none of this id, or only in the trash.</summary>
    public async Task<(JsonBody Body, string ETag)?> FindAsync(Guid userId, Guid id, CancellationToken cancellationToken)
    {
        var body = JsonBody.Rent();
        var etag = await ReadAsync(
            connection => new NpgsqlBatch(connection)
            {
                BatchCommands =
                {
                    new NpgsqlBatchCommand(Single) { Parameters = { new NpgsqlParameter<Guid> { TypedValue = id }, new NpgsqlParameter<Guid> { TypedValue = userId } } },
                },
            },
            async (row, token) => await row.ReadAsync(token) ? WriteTask(body, row) : null,
            cancellationToken);
        if (etag is not null)
        {
            return (body, etag);
        }

        body.Return();
        return null;
    }

    /// <summary>A page of tasks.</summary>
    public async Task<JsonBody> ListAsync(Guid userId, TaskListQuery query, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var body = JsonBody.Rent();
        var page = await ReadAsync(
            connection => Batch(connection, TaskListSql.Page(userId, query, now), query), (rows, token) => WriteItemsAsync(body, query, rows, token), cancellationToken);
        // The last page tells the total by itself; one behind it has no row to carry it.
        var total = page.Count == 0 && query.IsCounted && query is not { Cursor: null, Start: 0 }
            ? await CountAsync(userId, query, now, cancellationToken)
            : page.Total;
        var json = body.Writer;
        WriteNumber(json, "page"u8, query.Cursor is null ? query.Page : null);
        json.WriteNumber("limit"u8, query.Limit);
        WriteNumber(json, "total"u8, total);
        json.WriteString("nextCursor"u8, page.Next);
        json.WriteEndObject();
        json.Flush();
        return body;
    }

    /// <returns>The entity tag.</returns>
    private static string WriteTask(JsonBody body, NpgsqlDataReader row)
    {
        // What a connection that broke has left.
        body.Clear();
        var tags = TaskRow.Tags(row);
        TaskRowJson.Write(body.Writer, row, tags);
        body.Writer.Flush();
        return TaskETag.Of(row.GetInt64(TaskRow.Version), TaskRow.Category(row), tags);
    }

    private static async Task<Page> WriteItemsAsync(JsonBody body, TaskListQuery query, NpgsqlDataReader rows, CancellationToken cancellationToken)
    {
        const int Rank = TaskRow.ColumnCount;
        const int Total = TaskRow.ColumnCount + 1;
        // What a connection that broke has left.
        body.Clear();
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
                cursor = TaskCursor.After(query.Sort, rows, rows.IsDBNull(Rank) ? 0 : rows.GetInt32(Rank));
            }

            total = rows.IsDBNull(Total) ? null : TotalOf(query, rows.GetInt64(Total));
        }

        json.WriteEndArray();
        return new Page(count, query is { IsCounted: true, Cursor: null } && next is null ? query.Start + count : total, next);
    }

    private Task<long?> CountAsync(Guid userId, TaskListQuery query, DateTimeOffset now, CancellationToken cancellationToken) => ReadAsync(
        connection => Batch(connection, TaskListSql.Count(userId, query, now), query),
        async (rows, token) =>
        {
            await rows.ReadAsync(token);
            return TotalOf(query, rows.GetInt64(0));
        },
        cancellationToken);

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

    /// <summary>
    /// Reads the last result. That can be done again when the connection breaks, as EF Core's execution strategy does for the rest (<c>TransientRetries</c>).
    /// </summary>
    private async Task<T> ReadAsync<T>(
        Func<NpgsqlConnection, NpgsqlBatch> command, Func<NpgsqlDataReader, CancellationToken, Task<T>> read, CancellationToken cancellationToken)
    {
        for (var retry = 0; ; retry++)
        {
            try
            {
                await using var connection = await connections.OpenAsync(database, cancellationToken);
                await using var batch = command(connection);
                await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
                for (var i = 1; i < batch.BatchCommands.Count; i++)
                {
                    await rows.NextResultAsync(cancellationToken);
                }

                return await read(rows, cancellationToken);
            }
            catch (NpgsqlException exception) when (retry < Retries && exception.IsTransient && exception.GetBaseException() is not TimeoutException)
            {
                // Once more.
            }
        }
    }

    /// <summary>What was written of a list.</summary>
    private readonly record struct Page(int Count, long? Total, string? Next);
}
