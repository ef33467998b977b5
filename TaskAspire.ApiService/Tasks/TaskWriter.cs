using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Primitives;
using TaskAspire.ApiService.Errors;
using TaskAspire.ApiService.Json;
using TaskAspire.ApiService.Writing;
using TaskAspire.Data;
using TaskAspire.Data.Tasks;
using TaskAspire.Data.Webhooks;

namespace TaskAspire.ApiService.Tasks;

/// <summary>What became of a write: the task as it is now, or why it was not written.</summary>
internal readonly record struct TaskWriteResult(TaskResponse? Task, ProblemHttpResult? Problem)
{
    public static implicit operator TaskWriteResult(TaskResponse task) => new(task, null);

    public static implicit operator TaskWriteResult(ProblemHttpResult problem) => new(null, problem);
}

/// <summary>
/// Writes tasks. Each write locks its task, so that writes of one task follow each other, and puts the event and the change that
/// tell of it into the same transaction.
/// </summary>
internal sealed class TaskWriter(TaskDbContext database, TaskFields fields, TaskJournal journal, WriteTransaction transaction, TimeProvider clock)
{
    /// <summary>Creates a task.</summary>
    public Task<TaskWriteResult> CreateAsync(Guid userId, TaskRequest request, CancellationToken cancellationToken)
    {
        var id = Guid.CreateVersion7();
        return transaction.RunAsync<TaskWriteResult>(
            userId,
            async token =>
            {
                var now = clock.Now();
                var task = new TaskItem { Id = id, UserId = userId, Title = request.Title, CreatedAt = now, UpdatedAt = now };
                if (await fields.ApplyAsync(task, request, now, isNew: true, token) is { } problem)
                {
                    return problem;
                }

                database.Tasks.Add(task);
                return await SaveAsync(task, null, WebhookEventTypes.TaskCreated, now, token);
            },
            token => database.Tasks.AnyAsync(t => t.Id == id, token),
            cancellationToken);
    }

    /// <summary>Changes a task to what the request makes of its current state.</summary>
    /// <param name="userId">The caller.</param>
    /// <param name="id">The task.</param>
    /// <param name="ifMatch">Entity tags of which one must be current; empty for any.</param>
    /// <param name="edit">From the task as it is to the task as it shall be, or to what is wrong with that.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public Task<TaskWriteResult> UpdateAsync(
        Guid userId,
        Guid id,
        StringValues ifMatch,
        Func<TaskResponse, CancellationToken, Task<TaskEdit>> edit,
        CancellationToken cancellationToken) =>
        WriteAsync(userId, id, ifMatch, async (task, before, now, token) =>
        {
            var wanted = await edit(before, token);
            return wanted.Problem ?? await fields.ApplyAsync(task, wanted.Request!, now, isNew: false, token);
        }, cancellationToken);

    /// <summary>Puts a task into the trash.</summary>
    public Task<TaskWriteResult> DeleteAsync(Guid userId, Guid id, StringValues ifMatch, CancellationToken cancellationToken) =>
        WriteAsync(userId, id, ifMatch, (task, _, now, _) =>
        {
            task.DeletedAt = now;
            task.Rearm(now, dueDateMoved: false, reopened: false);
            return Task.FromResult<ProblemHttpResult?>(null);
        }, cancellationToken);

    private Task<TaskWriteResult> WriteAsync(
        Guid userId,
        Guid id,
        StringValues ifMatch,
        Func<TaskItem, TaskResponse, DateTimeOffset, CancellationToken, Task<ProblemHttpResult?>> change,
        CancellationToken cancellationToken)
    {
        long? versionWritten = null;
        return transaction.RunAsync<TaskWriteResult>(
            userId,
            async token =>
            {
                if (await LockAsync(userId, id, token) is not { } task)
                {
                    return Problems.NotFound("task");
                }

                var before = TaskResponse.From(task);
                if (!TaskETag.Allows(ifMatch, before))
                {
                    return Problems.PreconditionFailed();
                }

                var now = clock.Now();
                if (await change(task, before, now, token) is { } problem)
                {
                    return problem;
                }

                var difference = TaskJournal.Difference(before, TaskResponse.From(task));
                if (difference.Count == 0)
                {
                    return before;
                }

                task.Version++;
                task.UpdatedAt = now;
                versionWritten = task.Version;
                return await SaveAsync(task, difference, TaskJournal.EventOf(before, task), now, token);
            },
            async token => versionWritten is not null && await database.Tasks.AnyAsync(t => t.Id == id && t.Version >= versionWritten, token),
            cancellationToken);
    }

    private async Task<TaskItem?> LockAsync(Guid userId, Guid id, CancellationToken cancellationToken)
    {
        var task = await database.Tasks
            .FromSql($"SELECT * FROM tasks WHERE id = {id} AND user_id = {userId} AND deleted_at IS NULL FOR UPDATE")
            .SingleOrDefaultAsync(cancellationToken);
        if (task is null)
        {
            return null;
        }

        await database.TaskTags.Where(t => t.TaskId == id).Include(t => t.Tag).LoadAsync(cancellationToken);
        await database.TaskReminders.Where(r => r.TaskId == id).LoadAsync(cancellationToken);
        if (task.CategoryId is { } category)
        {
            await database.Categories.Where(c => c.Id == category).LoadAsync(cancellationToken);
        }

        return task;
    }

    private async Task<TaskWriteResult> SaveAsync(TaskItem task, JsonObject? difference, string eventType, DateTimeOffset now, CancellationToken cancellationToken)
    {
        // Lets EF Core connect the category that the request named.
        database.ChangeTracker.DetectChanges();
        var after = TaskResponse.From(task);
        journal.Record(task, after, difference, eventType, now);
        try
        {
            await database.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateException exception) when (exception.ViolatedConstraint()?.StartsWith("fk_tasks_categories", StringComparison.Ordinal) == true)
        {
            return Problems.Validation("categoryId", TaskFields.NoSuchCategory);
        }

        return after;
    }
}

/// <summary>What a task shall be, or what is wrong with that.</summary>
internal readonly record struct TaskEdit(TaskRequest? Request, ProblemHttpResult? Problem)
{
    public static implicit operator TaskEdit(TaskRequest request) => new(request, null);

    public static implicit operator TaskEdit(ProblemHttpResult problem) => new(null, problem);
}
