using Microsoft.EntityFrameworkCore;
using TaskAspire.Data;
using TaskAspire.Data.Tasks;

namespace TaskAspire.ApiService.Tasks;

/// <summary>Reads tasks of one user, as they are answered.</summary>
internal sealed class TaskReader(TaskDbContext database, TimeProvider clock)
{
    public async Task<TaskResponse?> FindAsync(Guid userId, Guid id, CancellationToken cancellationToken)
    {
        var task = await database.Tasks.AsNoTracking().Include(t => t.Category)
            .SingleOrDefaultAsync(t => t.Id == id && t.UserId == userId && t.DeletedAt == null, cancellationToken);
        return task is null ? null : (await CompleteAsync([task], cancellationToken))[0];
    }

    /// <summary>Those of the tasks that are the user's and not in the trash.</summary>
    public async Task<List<TaskResponse>> FindAllAsync(Guid userId, IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken) =>
        ids.Count == 0 ? [] : await ReadAsync(database.Tasks.Where(t => ids.Contains(t.Id) && t.UserId == userId && t.DeletedAt == null), cancellationToken);

    /// <summary>The tasks of a query, in its order.</summary>
    public async Task<List<TaskResponse>> ReadAsync(IQueryable<TaskItem> query, CancellationToken cancellationToken) =>
        await CompleteAsync(await query.AsNoTracking().Include(t => t.Category).ToListAsync(cancellationToken), cancellationToken);

    public async Task<TaskListResponse> ListAsync(Guid userId, TaskListQuery query, CancellationToken cancellationToken)
    {
        var matching = TaskFilter.Apply(database, userId, query, clock.GetUtcNow());
        var ordered = TaskOrder.Apply(matching, query.Sort, query.Cursor);
        var start = query.Cursor is null ? (query.Page - 1) * query.Limit : 0;
        // One more than asked for tells whether more follow.
        var tasks = await ordered.Include(t => t.Category).Skip(start).Take(query.Limit + 1).ToListAsync(cancellationToken);
        var more = tasks.Count > query.Limit;
        if (more)
        {
            tasks.RemoveAt(query.Limit);
        }

        return new TaskListResponse(
            await CompleteAsync(tasks, cancellationToken),
            query.Cursor is null ? query.Page : null,
            query.Limit,
            query.Cursor is null ? await CountAsync(matching, start, tasks.Count, more, cancellationToken) : null,
            more ? TaskCursor.After(query.Sort, tasks[^1]).ToString() : null);
    }

    /// <summary>Counts only when the page itself does not tell.</summary>
    private static async Task<long> CountAsync(IQueryable<TaskItem> matching, int start, int taken, bool more, CancellationToken cancellationToken) =>
        !more && (taken > 0 || start == 0) ? start + taken : await matching.LongCountAsync(cancellationToken);

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
}
