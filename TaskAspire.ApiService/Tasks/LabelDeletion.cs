using Microsoft.EntityFrameworkCore;
using TaskAspire.Data;
using TaskAspire.Data.Tasks;
using TaskAspire.Data.Webhooks;

namespace TaskAspire.ApiService.Tasks;

/// <summary>
/// Deletes a category or a tag, which changes every task that has it: each gets its version, its event and its change, in batches
/// that bound what is held in memory.
/// </summary>
/// <remarks>
/// The order of locks is that of the writers of tasks: the tree, the tasks, then what they refer to. The caller's lock on the label leaves it
/// to be referred to (<c>FOR NO KEY UPDATE</c>); the one that does not is taken last, and given back when a task got the label
/// meanwhile, so this never waits for a task while somebody who has that task waits for the label.
/// </remarks>
internal sealed class LabelDeletion(TaskDbContext database, TaskLocks locks, TaskJournal journal)
{
    private const int BatchSize = 500;
    private const string Savepoint = "label";

    /// <summary>Deletes a category that the caller's transaction has locked.</summary>
    public Task DeleteAsync(Category category, DateTimeOffset now, CancellationToken cancellationToken) => DeleteAsync(
        category.UserId,
        database.Tasks.Where(t => t.CategoryId == category.Id),
        task => task.CategoryId = task.CategoryId == category.Id ? null : task.CategoryId,
        $"SELECT FROM categories WHERE id = {category.Id} FOR UPDATE",
        database.Categories.Where(c => c.Id == category.Id),
        now,
        cancellationToken);

    /// <summary>Deletes a tag that the caller's transaction has locked.</summary>
    public Task DeleteAsync(Tag tag, DateTimeOffset now, CancellationToken cancellationToken) => DeleteAsync(
        tag.UserId,
        database.Tasks.Where(t => t.Tags.Any(g => g.TagId == tag.Id)),
        task => task.Tags.RemoveAll(t => t.TagId == tag.Id),
        $"SELECT FROM tags WHERE id = {tag.Id} FOR UPDATE",
        database.Tags.Where(t => t.Id == tag.Id),
        now,
        cancellationToken);

    private async Task DeleteAsync<T>(
        Guid userId,
        IQueryable<TaskItem> labelled,
        Action<TaskItem> remove,
        FormattableString lockLabel,
        IQueryable<T> label,
        DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        await locks.LockTreeAsync(userId, cancellationToken);
        var transaction = database.Database.CurrentTransaction!;
        while (true)
        {
            foreach (var batch in (await labelled.Select(t => t.Id).Order().ToListAsync(cancellationToken)).Chunk(BatchSize))
            {
                await TakeOffAsync(userId, batch, remove, now, cancellationToken);
            }

            await transaction.CreateSavepointAsync(Savepoint, cancellationToken);
            await database.Database.ExecuteSqlAsync(lockLabel, cancellationToken);
            if (!await labelled.AnyAsync(cancellationToken))
            {
                await label.ExecuteDeleteAsync(cancellationToken);
                return;
            }

            await transaction.RollbackToSavepointAsync(Savepoint, cancellationToken);
        }
    }

    private async Task TakeOffAsync(Guid userId, Guid[] ids, Action<TaskItem> remove, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var tasks = await locks.LockAllAsync(userId, ids, cancellationToken);
        var befores = tasks.ConvertAll(TaskResponse.From);
        tasks.ForEach(remove);
        database.ChangeTracker.DetectChanges();
        foreach (var (before, task) in befores.Zip(tasks))
        {
            // Empty when another write took it off while this one waited for the task.
            if (TaskJournal.Difference(before, TaskResponse.From(task)) is { Count: > 0 } difference)
            {
                task.Version++;
                task.UpdatedAt = now;
                journal.Record(task, TaskResponse.From(task), difference, WebhookEventTypes.TaskUpdated, now);
            }
        }

        await database.SaveChangesAsync(cancellationToken);
        database.ChangeTracker.Clear();
    }
}
