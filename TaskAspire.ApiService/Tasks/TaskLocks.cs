using Microsoft.EntityFrameworkCore;
using TaskAspire.Data;
using TaskAspire.Data.Tasks;

namespace TaskAspire.ApiService.Tasks;

/// <summary>
/// Locks tasks against other writers until the end of the transaction, and loads them with all that belongs to them.
/// </summary>
/// <remarks>
/// What locks more than one task takes the user's tree lock first, so that no two of these can meet in different orders; what locks
/// one task and never another needs none. New tags come after the tasks (<see cref="TaskFields"/>). In this order nobody waits in a circle.
/// </remarks>
internal sealed class TaskLocks(TaskDbContext database)
{
    private Guid? _treeLockedIn;

    /// <summary>
    /// The user's tree lock: nobody else makes a task part of another, completes, deletes or restores one with its subtasks, or
    /// removes one for good. To be taken before any task is locked.
    /// </summary>
    public async Task LockTreeAsync(Guid userId, CancellationToken cancellationToken)
    {
        var transaction = database.Database.CurrentTransaction!.TransactionId;
        if (_treeLockedIn != transaction)
        {
            await database.Database.ExecuteSqlAsync(
                $"SELECT pg_advisory_xact_lock(hashtextextended({"task tree of " + userId}, 0))", cancellationToken);
            _treeLockedIn = transaction;
        }
    }

    /// <summary>A fault of ours when the tree lock is not held: it could not be taken any more without the danger of a deadlock.</summary>
    public void RequireTree()
    {
        if (_treeLockedIn is null || _treeLockedIn != database.Database.CurrentTransaction?.TransactionId)
        {
            throw new InvalidOperationException($"Call {nameof(LockTreeAsync)} before the first task is locked.");
        }
    }

    /// <summary>Locks a task of the user, in the trash or not; null when there is none.</summary>
    public async Task<TaskItem?> LockAsync(Guid userId, Guid id, CancellationToken cancellationToken)
    {
        // Tasks are tracked only when they are locked, so a part of a bulk finds what an earlier part, or the bulk itself, has loaded.
        if (database.Tasks.Local.FindEntry(id) is { Entity: var locked })
        {
            return locked.UserId == userId ? locked : null;
        }

        var task = await database.Tasks
            .FromSql($"SELECT * FROM tasks WHERE id = {id} AND user_id = {userId} FOR NO KEY UPDATE")
            .SingleOrDefaultAsync(cancellationToken);
        if (task is not null)
        {
            await LoadDetailsAsync([task], cancellationToken);
        }

        return task;
    }

    /// <summary>Locks those of the tasks that there are and that belong to the user.</summary>
    public async Task<List<TaskItem>> LockAllAsync(Guid userId, IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken)
    {
        RequireTree();
        if (ids.Count == 0)
        {
            return [];
        }

        var tasks = await database.Tasks
            .FromSql($"SELECT * FROM tasks WHERE id = ANY ({ids.ToArray()}) AND user_id = {userId} ORDER BY id FOR NO KEY UPDATE")
            .ToListAsync(cancellationToken);
        await LoadDetailsAsync(tasks, cancellationToken);
        return tasks;
    }

    private async Task LoadDetailsAsync(List<TaskItem> tasks, CancellationToken cancellationToken)
    {
        if (tasks.Count == 0)
        {
            return;
        }

        var ids = tasks.ConvertAll(t => t.Id).ToArray();
        await database.TaskTags.Where(t => ids.Contains(t.TaskId)).Include(t => t.Tag).LoadAsync(cancellationToken);
        // Locked, too: the dispatcher marks one as fired without touching its task.
        await database.TaskReminders.FromSql($"SELECT * FROM task_reminders WHERE task_id = ANY ({ids}) FOR NO KEY UPDATE").LoadAsync(cancellationToken);
        var categories = tasks.Where(t => t.CategoryId is not null).Select(t => t.CategoryId!.Value).Distinct().ToArray();
        if (categories.Length > 0)
        {
            await database.Categories.Where(c => categories.Contains(c.Id)).LoadAsync(cancellationToken);
        }
    }
}
