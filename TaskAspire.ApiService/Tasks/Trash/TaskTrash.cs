using Microsoft.EntityFrameworkCore;
using TaskAspire.ApiService.Json;
using TaskAspire.ApiService.Paging;
using TaskAspire.ApiService.Writing;
using TaskAspire.Data;

namespace TaskAspire.ApiService.Tasks.Trash;

/// <summary>The trash of a user as a whole.</summary>
internal sealed class TaskTrash(TaskDbContext database, TaskReader reader, TaskLocks locks, TaskOperations operations, TimeProvider clock)
{
    /// <summary>Keeps each transaction short. The subtasks of what is taken come on top.</summary>
    private const int BatchSize = 200;

    /// <summary>What is in it, last deleted first.</summary>
    public async Task<TaskListResponse> ListAsync(Guid userId, CursorQuery<TrashCursor> query, CancellationToken cancellationToken)
    {
        var trash = database.Tasks.AsNoTracking().Where(t => t.UserId == userId && t.DeletedAt != null);
        if (query.Cursor is var (deletedAt, id))
        {
            trash = trash.Where(t => EF.Functions.LessThan(ValueTuple.Create(t.DeletedAt, t.Id), ValueTuple.Create((DateTimeOffset?)deletedAt, id)));
        }

        // One more than asked for tells whether more follow.
        var tasks = await trash.OrderByDescending(t => t.DeletedAt).ThenByDescending(t => t.Id)
            .Include(t => t.Category).Take(query.Limit + 1).ToListAsync(cancellationToken);
        var more = tasks.Count > query.Limit;
        if (more)
        {
            tasks.RemoveAt(query.Limit);
        }

        return new TaskListResponse(
            await reader.CompleteAsync(tasks, cancellationToken), null, query.Limit, null, more ? TrashCursor.After(tasks[^1]).ToString() : null);
    }

    /// <summary>Removes for good what went to the trash until a time, in small batches.</summary>
    /// <returns>How many tasks that were; subtasks outside the trash that went with them are not counted.</returns>
    public async Task<long> RemoveAsync(Guid userId, DateTimeOffset until, CancellationToken cancellationToken)
    {
        var removed = 0L;
        int batch;
        do
        {
            batch = await RemoveBatchAsync(userId, until, cancellationToken);
            removed += batch;
        }
        while (batch == BatchSize);

        return removed;
    }

    private Task<int> RemoveBatchAsync(Guid userId, DateTimeOffset until, CancellationToken cancellationToken) =>
        database.InTransactionAsync(async token =>
        {
            await locks.LockTreeAsync(userId, token);
            var ids = await database.Tasks.Where(t => t.UserId == userId && t.DeletedAt <= until)
                .OrderBy(t => t.DeletedAt).ThenBy(t => t.Id).Take(BatchSize).Select(t => t.Id).ToListAsync(token);
            if (ids.Count > 0)
            {
                await operations.RemoveAsync(userId, ids, clock.Now(), token);
            }

            return ids.Count;
        }, cancellationToken);
}
