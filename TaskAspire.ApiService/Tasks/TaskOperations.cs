using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Primitives;
using TaskAspire.ApiService.Errors;
using TaskAspire.ApiService.Json;
using TaskAspire.ApiService.Tasks.Recurrence;
using TaskAspire.Data;
using TaskAspire.Data.Tasks;
using TaskAspire.Data.Webhooks;

namespace TaskAspire.ApiService.Tasks;

/// <summary>What became of a write: the task as it is now, or why it was not written.</summary>
/// <param name="Task">The task.</param>
/// <param name="Problem">Why not.</param>
/// <param name="NextId">The task that was made because a recurring one was completed: its next occurrence.</param>
internal readonly record struct TaskWriteResult(TaskResponse? Task, ProblemHttpResult? Problem, Guid? NextId = null)
{
    public static implicit operator TaskWriteResult(TaskResponse task) => new(task, null);

    public static implicit operator TaskWriteResult(ProblemHttpResult problem) => new(null, problem);
}

/// <summary>
/// What can be done to a task, as a part of a transaction that somebody else opens and commits (<see cref="TaskWriter"/> for a single
/// one). Each locks what it changes, so that writes of one task follow each other, and saves with it the event and the change of each
/// task it touched. After a problem nothing is in the database, but what is tracked may be half changed: whoever goes on in the transaction
/// clears the tracker first.
/// </summary>
/// <remarks>An entity tag list in <c>ifMatch</c> of which none is current is a problem; an empty one lets everything pass.</remarks>
internal sealed class TaskOperations(
    TaskDbContext database, TaskLocks locks, TaskTree tree, TaskFields fields, TaskJournal journal, TimeProvider clock)
{
    /// <summary>Creates a task.</summary>
    public async Task<TaskWriteResult> CreateAsync(Guid userId, Guid id, TaskRequest request, CancellationToken cancellationToken)
    {
        if (request.ParentId is not null)
        {
            await locks.LockTreeAsync(userId, cancellationToken);
        }

        var now = clock.Now();
        var task = new TaskItem { Id = id, UserId = userId, Title = request.Title, CreatedAt = now, UpdatedAt = now };
        if (await fields.ApplyAsync(task, request, now, isNew: true, cancellationToken) is { } problem)
        {
            return problem;
        }

        var next = task.Status == TaskItemStatus.Done ? TaskRecurrence.HandOn(task, now) : null;
        database.Tasks.Add(task);
        var created = TaskResponse.From(task);
        journal.Record(task, created, null, WebhookEventTypes.TaskCreated, now);
        await database.SaveChangesAsync(cancellationToken);
        return new TaskWriteResult(created, null, await BeginAsync(next, now, cancellationToken));
    }

    /// <summary>
    /// Changes a task. One that becomes done takes its open subtasks with it, and begins its next occurrence when it recurs. (A series
    /// of a subtask that was taken along waits until that is taken up again.)
    /// </summary>
    public async Task<TaskWriteResult> UpdateAsync(
        Guid userId, Guid id, StringValues ifMatch, TaskUpdate update, CancellationToken cancellationToken)
    {
        if (update.TouchesTree)
        {
            await locks.LockTreeAsync(userId, cancellationToken);
        }

        if (await locks.LockAsync(userId, id, cancellationToken) is not { DeletedAt: null } task)
        {
            return Problems.NotFound("task");
        }

        var before = Snapshot.Of(task);
        if (!TaskETag.Allows(ifMatch, before.State))
        {
            return Problems.PreconditionFailed();
        }

        var wanted = await update.Edit(before.State, cancellationToken);
        if (wanted.Problem is not null)
        {
            return wanted.Problem;
        }

        var becomesDone = task.Status != TaskItemStatus.Done && wanted.Request!.Status == TaskItemStatus.Done;
        // Before the fields: a writer that has made a tag must not wait for another task, whose writer may need that tag.
        var below = becomesDone ? await tree.LockBelowAsync(task, cancellationToken) : [];
        List<Snapshot> touched = [before, .. below.Where(t => t.IsOpen).Select(Snapshot.Of)];
        var now = clock.Now();
        if (await fields.ApplyAsync(task, wanted.Request!, now, isNew: false, cancellationToken) is { } problem)
        {
            return problem;
        }

        TaskItem? next = null;
        if (becomesDone)
        {
            foreach (var done in touched)
            {
                BecomeDone(done.Task, now);
            }

            next = TaskRecurrence.HandOn(task, now);
        }

        var result = await SaveAsync(touched, now, cancellationToken);
        return result with { NextId = await BeginAsync(next, now, cancellationToken) };
    }

    /// <summary>Puts a task into the trash, and its subtasks with it.</summary>
    public async Task<TaskWriteResult> DeleteAsync(Guid userId, Guid id, StringValues ifMatch, CancellationToken cancellationToken)
    {
        await locks.LockTreeAsync(userId, cancellationToken);
        if (await locks.LockAsync(userId, id, cancellationToken) is not { DeletedAt: null } task)
        {
            return Problems.NotFound("task");
        }

        var before = Snapshot.Of(task);
        if (!TaskETag.Allows(ifMatch, before.State))
        {
            return Problems.PreconditionFailed();
        }

        List<Snapshot> touched = [before, .. (await tree.LockBelowAsync(task, cancellationToken)).Select(Snapshot.Of)];
        var now = clock.Now();
        foreach (var gone in touched.Select(t => t.Task))
        {
            gone.DeletedAt = now;
            gone.DeletedWithId = id;
            gone.Rearm(now, dueDateMoved: false, reopened: false);
        }

        return await SaveAsync(touched, now, cancellationToken);
    }

    /// <summary>
    /// Brings a task back from the trash, with those of its subtasks that went there in the same deletion. Where its parent is not there
    /// any more, or has no room for it, it comes back at the top. One that is not in the trash stays as it is.
    /// </summary>
    public async Task<TaskWriteResult> RestoreAsync(Guid userId, Guid id, StringValues ifMatch, CancellationToken cancellationToken)
    {
        await locks.LockTreeAsync(userId, cancellationToken);
        if (await locks.LockAsync(userId, id, cancellationToken) is not { } task)
        {
            return Problems.NotFound("task");
        }

        var before = Snapshot.Of(task);
        if (!TaskETag.Allows(ifMatch, before.State))
        {
            return Problems.PreconditionFailed();
        }

        if (task.DeletedAt is null)
        {
            return before.State;
        }

        List<Snapshot> touched = [before, .. (await tree.LockBelowAsync(task, cancellationToken)).Select(Snapshot.Of)];
        if (task.ParentId is { } parent && await tree.FindObstacleAsync(task, parent, cancellationToken) is not null)
        {
            task.ParentId = null;
        }

        var now = clock.Now();
        foreach (var back in touched.Select(t => t.Task))
        {
            back.DeletedAt = null;
            back.DeletedWithId = null;
            back.Rearm(now, dueDateMoved: false, reopened: true);
        }

        return await SaveAsync(touched, now, cancellationToken);
    }

    /// <summary>Removes a task and all its subtasks for good, in the trash or not. What is answered is how it was.</summary>
    public async Task<TaskWriteResult> PurgeAsync(Guid userId, Guid id, StringValues ifMatch, CancellationToken cancellationToken)
    {
        await locks.LockTreeAsync(userId, cancellationToken);
        if (await locks.LockAsync(userId, id, cancellationToken) is not { } task)
        {
            return Problems.NotFound("task");
        }

        var before = TaskResponse.From(task);
        if (!TaskETag.Allows(ifMatch, before))
        {
            return Problems.PreconditionFailed();
        }

        var now = clock.Now();
        if (task.DeletedAt is null)
        {
            foreach (var live in (await tree.LockBelowAsync(task, cancellationToken)).Prepend(task))
            {
                journal.RecordRemoval(live, now);
            }
        }

        await RemoveAsync(userId, [id], now, cancellationToken);
        return before;
    }

    /// <summary>Removes tasks of the user, and all their subtasks, for good.</summary>
    public async Task RemoveAsync(Guid userId, IReadOnlyCollection<Guid> tops, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var ids = await tree.FindWholeAsync(tops, cancellationToken);
        foreach (var id in ids)
        {
            journal.RecordPurge(userId, id, now);
        }

        await database.Tasks.Where(t => ids.Contains(t.Id)).ExecuteDeleteAsync(cancellationToken);
        // For good means the journal's copy of what was in them, too; that there were changes stays, for sync.
        await database.Changes.Where(c => ids.Contains(c.EntityId) && c.Fields != null)
            .ExecuteUpdateAsync(set => set.SetProperty(c => c.Fields, (string?)null), cancellationToken);
        await database.SaveChangesAsync(cancellationToken);
        database.ChangeTracker.Clear();
    }

    /// <summary>A task becomes done, by whatever route. What follows from that in the same transaction belongs here.</summary>
    private static void BecomeDone(TaskItem task, DateTimeOffset now)
    {
        TaskFields.SetStatus(task, TaskItemStatus.Done, now);
        task.Rearm(now, dueDateMoved: false, reopened: false);
    }

    /// <summary>Creates the next occurrence of a series, where its parent has no room for it at the top.</summary>
    private async Task<Guid?> BeginAsync(TaskItem? next, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (next is null)
        {
            return null;
        }

        if (next.ParentId is { } parent && await tree.FindObstacleAsync(next, parent, cancellationToken) is not null)
        {
            next.ParentId = null;
        }

        database.Tasks.Add(next);
        journal.Record(next, TaskResponse.From(next), null, WebhookEventTypes.TaskCreated, now);
        await database.SaveChangesAsync(cancellationToken);
        return next.Id;
    }

    private async Task<TaskWriteResult> SaveAsync(List<Snapshot> touched, DateTimeOffset now, CancellationToken cancellationToken)
    {
        // Lets EF Core connect the category that the request named.
        database.ChangeTracker.DetectChanges();
        var changed = false;
        foreach (var (task, before) in touched)
        {
            var difference = TaskJournal.Difference(before, TaskResponse.From(task));
            if (difference.Count > 0)
            {
                task.Version++;
                task.UpdatedAt = now;
                journal.Record(task, TaskResponse.From(task), difference, TaskJournal.EventOf(before, task), now);
                changed = true;
            }
        }

        var first = touched[0];
        if (!changed)
        {
            return first.State;
        }

        await database.SaveChangesAsync(cancellationToken);
        return TaskResponse.From(first.Task);
    }

    /// <summary>A task and how it was.</summary>
    private readonly record struct Snapshot(TaskItem Task, TaskResponse State)
    {
        public static Snapshot Of(TaskItem task) => new(task, TaskResponse.From(task));
    }
}
