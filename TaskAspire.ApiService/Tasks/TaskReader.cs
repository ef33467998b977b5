using Microsoft.EntityFrameworkCore;
using TaskAspire.Data;
using TaskAspire.Data.Tasks;

namespace TaskAspire.ApiService.Tasks;

/// <summary>Reads tasks of one user, as they are answered. A single one is for <see cref="TaskLookups"/>, a list for <see cref="TaskLists"/>.</summary>
internal sealed class TaskReader(TaskDbContext database)
{
    /// <summary>Those of the tasks that are the user's and not in the trash.</summary>
    public async Task<List<TaskResponse>> FindAllAsync(Guid userId, IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken) =>
        ids.Count == 0 ? [] : await ReadAsync(database.Tasks.Where(t => ids.Contains(t.Id) && t.UserId == userId && t.DeletedAt == null), cancellationToken);

    /// <summary>The tasks of a query, in its order.</summary>
    public async Task<List<TaskResponse>> ReadAsync(IQueryable<TaskItem> query, CancellationToken cancellationToken) =>
        await CompleteAsync(await query.AsNoTracking().Include(t => t.Category).ToListAsync(cancellationToken), cancellationToken);

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
