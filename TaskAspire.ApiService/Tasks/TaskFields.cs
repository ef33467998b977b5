using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using TaskAspire.ApiService.Changes;
using TaskAspire.ApiService.Errors;
using TaskAspire.ApiService.Tasks.Recurrence;
using TaskAspire.Data;
using TaskAspire.Data.Changes;
using TaskAspire.Data.Tasks;

namespace TaskAspire.ApiService.Tasks;

/// <summary>Brings a tracked task to what a request says.</summary>
internal sealed class TaskFields(TaskDbContext database, TaskTree tree, ChangeJournal changes)
{
    private const string NoSuchCategory = "There is no category with this id.";

    /// <summary>Null, or what is wrong with the request in the light of what the user has.</summary>
    public async Task<ProblemHttpResult?> ApplyAsync(TaskItem task, TaskRequest request, DateTimeOffset now, bool isNew, CancellationToken cancellationToken)
    {
        if (request.CategoryId is { } category && category != task.CategoryId
            && !await LoadCategoryAsync(task.UserId, category, cancellationToken))
        {
            return Problems.Validation("categoryId", NoSuchCategory);
        }

        if (request.ParentId is { } parent && parent != task.ParentId
            && await tree.FindObstacleAsync(task, parent, cancellationToken) is { } obstacle)
        {
            return Problems.Validation("parentId", obstacle);
        }

        if (ReminderList.Apply(task, request.Reminders) is { } problem)
        {
            return problem;
        }

        if (TaskRecurrence.Apply(task, request) is { } misfit)
        {
            return Problems.Validation("recurrence", misfit);
        }

        var dueDateMoved = task.DueDate != request.DueDate;
        var wasOpen = task.IsOpen;
        task.Title = request.Title;
        task.Description = request.Description;
        task.Priority = request.Priority;
        task.DueDate = request.DueDate;
        task.TimeZone = request.TimeZone;
        task.CategoryId = request.CategoryId;
        task.ParentId = request.ParentId;
        SetStatus(task, request.Status, now);
        task.Rearm(now, dueDateMoved, reopened: !isNew && !wasOpen && task.IsOpen);
        await ApplyTagsAsync(task, request.Tags, now, cancellationToken);
        return null;
    }

    /// <summary>Sets the status and with it the time of completion.</summary>
    public static void SetStatus(TaskItem task, TaskItemStatus status, DateTimeOffset now)
    {
        task.CompletedAt = status == TaskItemStatus.Done ? task.CompletedAt ?? now : null;
        task.Status = status;
    }

    private async Task<bool> LoadCategoryAsync(Guid userId, Guid id, CancellationToken cancellationToken) =>
        // Tracked, so that EF Core connects it to the task and the answer has its name; locked, so that it is still there at the commit.
        await database.Categories.FromSql($"SELECT * FROM categories WHERE id = {id} AND user_id = {userId} FOR KEY SHARE")
            .SingleOrDefaultAsync(cancellationToken) is not null;

    private async Task ApplyTagsAsync(TaskItem task, IReadOnlyList<string> names, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var wanted = names.ToDictionary(NameKeys.Of, n => n.Trim());
        task.Tags.RemoveAll(t => !wanted.ContainsKey(t.Tag!.NameKey));
        var missing = wanted.Keys.Except(task.Tags.Select(t => t.Tag!.NameKey)).ToList();
        if (missing.Count == 0)
        {
            return;
        }

        var tags = await LockTagsAsync(task.UserId, missing, cancellationToken);
        if (tags.Count < missing.Count)
        {
            await CreateTagsAsync(task, wanted, [.. missing.Except(tags.Select(t => t.NameKey)).Order(StringComparer.Ordinal)], now, cancellationToken);
            tags = await LockTagsAsync(task.UserId, missing, cancellationToken);
        }

        task.Tags.AddRange(tags.Select(t => new TaskTag { TaskId = task.Id, TagId = t.Id, Tag = t }));
    }

    /// <summary>Locked, so that none is deleted before the task carries it.</summary>
    private Task<List<Tag>> LockTagsAsync(Guid userId, List<string> keys, CancellationToken cancellationToken) =>
        database.Tags.FromSql($"SELECT * FROM tags WHERE user_id = {userId} AND name_key = ANY ({keys}) ORDER BY name_key FOR KEY SHARE").ToListAsync(cancellationToken);

    /// <summary>
    /// Two requests may make the same tag at once, so the conflict is the database's to settle. The update changes nothing: it keeps the tag
    /// that was there first from being deleted now.
    /// </summary>
    private async Task CreateTagsAsync(TaskItem task, Dictionary<string, string> names, string[] keys, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var ids = Array.ConvertAll(keys, _ => Guid.CreateVersion7());
        var typed = Array.ConvertAll(keys, k => names[k]);
        var present = await database.Database.SqlQuery<Guid>(
            $"""
            INSERT INTO tags (id, user_id, name, name_key, created_at)
            SELECT id, {task.UserId}, name, name_key, {now}
            FROM pg_advisory_xact_lock(hashtextextended({TagLock.KeyOf(task.UserId)}, 0)), unnest({ids}, {typed}, {keys}) AS new (id, name, name_key)
            ON CONFLICT (user_id, name_key) DO UPDATE SET created_at = tags.created_at
            RETURNING id AS "Value"
            """).ToListAsync(cancellationToken);
        foreach (var id in present.Intersect(ids))
        {
            changes.Record(task.UserId, ChangeEntities.Tag, id, ChangeOperations.Created, null, now);
        }
    }
}
