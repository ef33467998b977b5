using Microsoft.EntityFrameworkCore;
using Npgsql;
using TaskAspire.Data;
using TaskAspire.Data.Tasks;

namespace TaskAspire.ApiService.Tasks;

/// <summary>
/// Reads tasks of one user, as they are answered. A single one and a list, which is what clients ask for all day, take one round trip to
/// the database, whatever belongs to them.
/// </summary>
internal sealed class TaskReader(TaskDbContext database, TimeProvider clock)
{
    private const string Single = $"SELECT {TaskRow.Columns} FROM {TaskRow.Tables} WHERE t.id = $1 AND t.user_id = $2 AND t.deleted_at IS NULL";

    public Task<TaskResponse?> FindAsync(Guid userId, Guid id, CancellationToken cancellationToken)
    {
        var parameters = new SqlParameters();
        parameters.Add(id);
        parameters.Add(userId);
        return ReadAsync(
            () => [parameters.Command(Single)],
            async (rows, token) => await rows.ReadAsync(token) ? TaskRow.Read(rows) : null,
            cancellationToken);
    }

    /// <summary>Those of the tasks that are the user's and not in the trash.</summary>
    public async Task<List<TaskResponse>> FindAllAsync(Guid userId, IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken) =>
        ids.Count == 0 ? [] : await ReadAsync(database.Tasks.Where(t => ids.Contains(t.Id) && t.UserId == userId && t.DeletedAt == null), cancellationToken);

    /// <summary>The tasks of a query, in its order.</summary>
    public async Task<List<TaskResponse>> ReadAsync(IQueryable<TaskItem> query, CancellationToken cancellationToken) =>
        await CompleteAsync(await query.AsNoTracking().Include(t => t.Category).ToListAsync(cancellationToken), cancellationToken);

    public async Task<TaskListResponse> ListAsync(Guid userId, TaskListQuery query, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var list = await ReadAsync(
            () => [TaskListSql.Set(query), TaskListSql.Page(userId, query, now)], (rows, token) => ReadListAsync(query, rows, token), cancellationToken);
        if (list.Items.Count > 0 || !query.IsCounted || query is { Cursor: null, Start: 0 })
        {
            return list;
        }

        return list with
        {
            Total = await ReadAsync(
                () => [TaskListSql.Set(query), TaskListSql.Count(userId, query, now)], (rows, token) => ReadCountAsync(query, rows, token), cancellationToken),
        };
    }

    private static async Task<TaskListResponse> ReadListAsync(TaskListQuery query, NpgsqlDataReader rows, CancellationToken cancellationToken)
    {
        const int Rank = TaskRow.ColumnCount;
        const int Total = TaskRow.ColumnCount + 1;
        await rows.NextResultAsync(cancellationToken);
        var tasks = new List<TaskResponse>(query.Limit);
        var rank = 0;
        long? total = null;
        var more = false;
        while (await rows.ReadAsync(cancellationToken))
        {
            if (tasks.Count == query.Limit)
            {
                more = true;
                break;
            }

            tasks.Add(TaskRow.Read(rows));
            rank = rows.IsDBNull(Rank) ? 0 : rows.GetInt32(Rank);
            total = rows.IsDBNull(Total) ? null : TotalOf(query, rows.GetInt64(Total));
        }

        // The last page tells by itself.
        if (query is { IsCounted: true, Cursor: null } && !more)
        {
            total = query.Start + tasks.Count;
        }

        return new TaskListResponse(
            tasks,
            query.Cursor is null ? query.Page : null,
            query.Limit,
            total,
            more ? TaskCursor.After(query.Sort, tasks[^1], rank).ToString() : null);
    }

    private static async Task<long?> ReadCountAsync(TaskListQuery query, NpgsqlDataReader rows, CancellationToken cancellationToken)
    {
        await rows.NextResultAsync(cancellationToken);
        await rows.ReadAsync(cancellationToken);
        return TotalOf(query, rows.GetInt64(0));
    }

    /// <summary>A count that went no further than its bound tells only that there are more.</summary>
    private static long? TotalOf(TaskListQuery query, long count) => query.IsCountBounded && count > TaskListSql.MaxSortedHits ? null : count;

    /// <summary>The tasks, whose categories are loaded, with all that belongs to them.</summary>
    public async Task<List<TaskResponse>> CompleteAsync(List<TaskItem> tasks, CancellationToken cancellationToken)
    {
        if (tasks.Count == 0)
        {
            return [];
        }

        var ids = tasks.ConvertAll(t => t.Id);
        var tags = (await database.TaskTags.Where(t => ids.Contains(t.TaskId)).Select(t => new { t.TaskId, t.Tag!.Name }).ToListAsync(cancellationToken))
            .ToLookup(t => t.TaskId, t => t.Name);
        var reminders = (await database.TaskReminders.AsNoTracking().Where(r => ids.Contains(r.TaskId)).ToListAsync(cancellationToken))
            .ToLookup(r => r.TaskId);
        return tasks.ConvertAll(t => TaskResponse.From(t, t.Category, tags[t.Id], reminders[t.Id]));
    }

    private Task<T> ReadAsync<T>(
        Func<IEnumerable<NpgsqlBatchCommand>> commands, Func<NpgsqlDataReader, CancellationToken, Task<T>> read, CancellationToken cancellationToken) =>
        database.Database.CreateExecutionStrategy().ExecuteAsync(async token =>
        {
            await database.Database.OpenConnectionAsync(token);
            try
            {
                await using var batch = new NpgsqlBatch((NpgsqlConnection)database.Database.GetDbConnection());
                foreach (var command in commands())
                {
                    batch.BatchCommands.Add(command);
                }

                await using var rows = await batch.ExecuteReaderAsync(token);
                return await read(rows, token);
            }
            finally
            {
                await database.Database.CloseConnectionAsync();
            }
        }, cancellationToken);
}
