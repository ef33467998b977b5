using System.Text.Json;
using Npgsql;
using TaskAspire.ApiService.Json;
using TaskAspire.ApiService.Reading;
using Lists = TaskAspire.ApiService.Reading.RoundTrips<TaskAspire.ApiService.Tasks.AskedList, TaskAspire.ApiService.Tasks.WrittenPage>;

namespace TaskAspire.ApiService.Tasks;

/// <summary>
/// Lists of tasks, from the rows right into the JSON. Those that have nothing to pass over and are asked for at a time are read in one round trip; one with filters, or
/// far from the start, goes alone: it may take long, and the others would have to wait for it.
/// </summary>
internal sealed class TaskLists
{
    /// <summary>A page of 100 tasks takes PostgreSQL 2 ms.</summary>
    private const int MaxTogether = 16;

    private readonly DatabaseReads _reads;
    private readonly TaskTotals _totals;
    private readonly TimeProvider _clock;
    private readonly Lists _together;

    public TaskLists(DatabaseReads reads, TaskTotals totals, TimeProvider clock) =>
        (_reads, _totals, _clock, _together) = (reads, totals, clock, new Lists(ReadTogetherAsync, MaxTogether));

    /// <summary>A page of tasks.</summary>
    /// <param name="userId">Whose.</param>
    /// <param name="query">Which.</param>
    /// <param name="version">The version of the user's lists, read before this is called; null when it is not known.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<JsonBody> ReadAsync(Guid userId, TaskListQuery query, string? version, CancellationToken cancellationToken)
    {
        var known = query.IsCounted ? _totals.Find(version, query) : null;
        var list = new AskedList(userId, query, query.IsCounted && known is null, _clock.GetUtcNow());
        var page = query.Start > 0 || TaskListSql.NeedsPlanOfItsOwn(query)
            ? await ReadAloneAsync(list, cancellationToken)
            : (await _together.AskAsync(list, cancellationToken))!;
        // A page without tasks has no row to carry the total.
        var total = page is { Count: 0, Total: null } && list.IsCounted ? await CountAsync(list, cancellationToken) : page.Total;
        if (list.IsCounted && total is { } counted)
        {
            _totals.Keep(version, query, counted);
        }

        var json = page.Body.Writer;
        WriteNumber(json, "page"u8, query.Cursor is null ? query.Page : null);
        json.WriteNumber("limit"u8, query.Limit);
        WriteNumber(json, "total"u8, total ?? known);
        json.WriteString("nextCursor"u8, page.Next);
        json.WriteEndObject();
        json.Flush();
        return page.Body;
    }

    private Task<WrittenPage> ReadAloneAsync(AskedList list, CancellationToken cancellationToken) => _reads.ReadAsync(
        connection => Batch(connection, TaskListSql.Page(list.UserId, list.Query, list.Now, list.IsCounted), list.Query),
        async (rows, token) =>
        {
            await SkipSettingsAsync(rows, list.Query, token);
            return await WriteItemsAsync(list.Query, rows, token);
        },
        cancellationToken);

    private Task<int> ReadTogetherAsync(IReadOnlyList<Lists.Question> lists, CancellationToken cancellationToken) => _reads.ReadAsync(
        connection =>
        {
            var batch = new NpgsqlBatch(connection) { BatchCommands = { TaskListSql.SetCommonPlan() } };
            foreach (var list in lists)
            {
                batch.BatchCommands.Add(TaskListSql.Page(list.About.UserId, list.About.Query, list.About.Now, list.About.IsCounted));
            }

            return batch;
        },
        async (rows, token) =>
        {
            foreach (var list in lists)
            {
                await rows.NextResultAsync(token);
                // Some may be gone, or were answered by a connection that broke then.
                if (!list.IsAnswered)
                {
                    var page = await WriteItemsAsync(list.About.Query, rows, token);
                    if (!list.TryAnswer(page))
                    {
                        page.Body.Return();
                    }
                }
            }

            return lists.Count;
        },
        cancellationToken);

    private static async Task<WrittenPage> WriteItemsAsync(TaskListQuery query, NpgsqlDataReader rows, CancellationToken cancellationToken)
    {
        const int Rank = TaskRow.ColumnCount;
        const int Total = TaskRow.ColumnCount + 1;
        var body = JsonBody.Rent();
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
        // The last page tells how many there are; an empty one beyond it does not.
        var isLast = query.Cursor is null && next is null && (count > 0 || query.Start == 0);
        return new WrittenPage(body, count, query.IsCounted && isLast ? query.Start + count : total, next);
    }

    private Task<long?> CountAsync(AskedList list, CancellationToken cancellationToken) => _reads.ReadAsync(
        connection => Batch(connection, TaskListSql.Count(list.UserId, list.Query, list.Now), list.Query),
        async (rows, token) =>
        {
            await SkipSettingsAsync(rows, list.Query, token);
            await rows.ReadAsync(token);
            return TotalOf(list.Query, rows.GetInt64(0));
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

    private static Task SkipSettingsAsync(NpgsqlDataReader rows, TaskListQuery query, CancellationToken cancellationToken) =>
        TaskListSql.NeedsPlanOfItsOwn(query) ? rows.NextResultAsync(cancellationToken) : Task.CompletedTask;

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
}

/// <summary>A list that somebody asked for.</summary>
/// <param name="UserId">Whose.</param>
/// <param name="Query">Which.</param>
/// <param name="IsCounted">Whether the tasks on all pages have to be counted.</param>
/// <param name="Now">When.</param>
internal sealed record AskedList(Guid UserId, TaskListQuery Query, bool IsCounted, DateTimeOffset Now);

/// <summary>The tasks of a page; what comes behind them is still to be written.</summary>
/// <param name="Body">To be returned by who asked.</param>
/// <param name="Count">How many tasks.</param>
/// <param name="Total">How many the list has; null when that is not known.</param>
/// <param name="Next">The cursor of the next page; null when this is the last.</param>
internal sealed record WrittenPage(JsonBody Body, int Count, long? Total, string? Next);
