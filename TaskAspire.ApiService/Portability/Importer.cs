using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using TaskAspire.ApiService.Categories;
using TaskAspire.ApiService.Changes;
using TaskAspire.ApiService.Errors;
using TaskAspire.ApiService.Json;
using TaskAspire.ApiService.Tasks;
using TaskAspire.ApiService.Tasks.Recurrence;
using TaskAspire.ApiService.Writing;
using TaskAspire.Data;
using TaskAspire.Data.Changes;
using TaskAspire.Data.Tasks;
using TaskAspire.Data.Webhooks;

namespace TaskAspire.ApiService.Portability;

/// <summary>What an import made.</summary>
/// <param name="Created">Tasks; with a dry run, how many there would be.</param>
/// <param name="CategoriesCreated">Categories that were not there; 0 with a dry run.</param>
/// <param name="TagsCreated">Tags that were not there; 0 with a dry run.</param>
/// <param name="DryRun">Whether it was only checked.</param>
public sealed record ImportResponse(int Created, int CategoriesCreated, int TagsCreated, bool DryRun);

/// <summary>
/// Writes an import that was found to be right: all of it in one transaction, in batches, with an event and a change for each task as
/// if it had been created by itself. Reminders and due dates whose time has passed cause no events.
/// </summary>
internal sealed class Importer(TaskDbContext database, WriteTransaction transaction, TaskJournal journal, ChangeJournal changes, TimeProvider clock)
{
    private const int BatchSize = 500;

    /// <summary>Null, or what of a right import the user has no room for.</summary>
    public async Task<ProblemHttpResult?> FindObstacleAsync(Guid userId, ImportContent content, CancellationToken cancellationToken)
    {
        var present = await database.Categories.Where(c => c.UserId == userId).Select(c => c.NameKey).ToHashSetAsync(cancellationToken);
        var added = content.NamedCategories().Where(c => !present.Contains(NameKeys.Of(c.Category.Name))).ToList();
        var room = Math.Max(CategoryLimit.MaxPerUser - present.Count, 0);
        return added.Count <= room ? null : Problems.Validation(
            added[room].Place,
            $"There can be {CategoryLimit.MaxPerUser} categories: {present.Count} are there, and this is the first of {added.Count} new ones that has no room. Delete some, or name fewer.");
    }

    /// <summary>Writes all of it, or nothing and answers what is in the way.</summary>
    public Task<WriteResult<ImportResponse>> WriteAsync(Guid userId, ImportContent content, CancellationToken cancellationToken)
    {
        // Made here, so that a second run does not make other tasks.
        var ids = content.Items.ToDictionary(i => i, _ => Guid.CreateVersion7());
        var parents = content.Items.Where(i => i.Task.Id is not null).ToDictionary(i => i.Task.Id!, i => ids[i]);
        return transaction.RunAsync<WriteResult<ImportResponse>>(
            userId,
            async token =>
            {
                await database.LockCreationOfCategoriesAsync(userId, token);
                if (await FindObstacleAsync(userId, content, token) is { } obstacle)
                {
                    return obstacle;
                }

                var now = clock.Now();
                var (categories, newCategories) = await NameCategoriesAsync(userId, content, now, token);
                var (tags, newTags) = await NameTagsAsync(userId, content, now, token);
                foreach (var batch in ParentsFirst(content.Items).Chunk(BatchSize))
                {
                    AddAll(userId, batch, ids, parents, categories, tags, now);
                    await database.CopyAddedAsync(token);
                }

                return new ImportResponse(ids.Count, newCategories, newTags, DryRun: false);
            },
            cancellationToken);
    }

    private void AddAll(
        Guid userId,
        ImportItem[] batch,
        Dictionary<ImportItem, Guid> ids,
        Dictionary<string, Guid> parents,
        Dictionary<string, Category> categories,
        Dictionary<string, Tag> tags,
        DateTimeOffset now)
    {
        foreach (var item in batch)
        {
            var portable = item.Task;
            var request = portable.ToRequest();
            var category = portable.Category is null ? null : categories[NameKeys.Of(portable.Category)];
            var own = portable.Tags.Select(t => tags[NameKeys.Of(t)]).ToList();
            var task = new TaskItem
            {
                Id = ids[item],
                UserId = userId,
                Title = portable.Title,
                Description = portable.Description,
                Priority = portable.Priority,
                DueDate = portable.DueDate,
                TimeZone = request.TimeZone,
                CategoryId = category?.Id,
                ParentId = portable.ParentId is null ? null : parents[portable.ParentId],
                CreatedAt = portable.CreatedAt < now ? portable.CreatedAt.Value : now,
                UpdatedAt = now,
            };
            ReminderList.Apply(task, request.Reminders);
            if (request.Recurrence is { } recurrence)
            {
                // The check has found that it occurs, which takes longer than all else here.
                (task.Recurrence, task.RecurrenceStart) = (SeriesRuleParser.Parse(recurrence).ToString(), portable.RecurrenceStart ?? request.DueDate);
            }

            TaskFields.SetStatus(task, portable.Status, portable.CompletedAt < now ? portable.CompletedAt.Value : now);
            task.Rearm(now, dueDateMoved: true, reopened: true);
            task.OverdueAt = task.OverdueAt > now ? task.OverdueAt : null;
            task.Tags.AddRange(own.Select(t => new TaskTag { TaskId = task.Id, TagId = t.Id }));
            database.Tasks.Add(task);
            journal.Record(task, TaskResponse.From(task, category, own.Select(t => t.Name), task.Reminders), null, WebhookEventTypes.TaskCreated, now);
        }
    }

    private static IEnumerable<ImportItem> ParentsFirst(List<ImportItem> items)
    {
        var byId = items.Where(i => i.Task.Id is not null).ToDictionary(i => i.Task.Id!);
        return items.OrderBy(item =>
        {
            var level = 0;
            for (var parent = item.Task.ParentId; parent is not null; parent = byId[parent].Task.ParentId)
            {
                level++;
            }

            return level;
        });
    }

    private async Task<(Dictionary<string, Category> All, int Created)> NameCategoriesAsync(
        Guid userId, ImportContent content, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var wanted = content.NamedCategories().Select(c => c.Category).OrderBy(c => NameKeys.Of(c.Name), StringComparer.Ordinal).ToArray();
        var ids = Array.ConvertAll(wanted, _ => Guid.CreateVersion7());
        var names = Array.ConvertAll(wanted, c => c.Name.Trim());
        var keys = Array.ConvertAll(wanted, c => NameKeys.Of(c.Name));
        var colors = Array.ConvertAll(wanted, c => c.Color);
        await database.Database.ExecuteSqlAsync(
            $"""
            INSERT INTO categories (id, user_id, name, name_key, color, created_at, updated_at)
            SELECT id, {userId}, name, name_key, color, {now}, {now} FROM unnest({ids}, {names}, {keys}, {colors}) AS new (id, name, name_key, color)
            ON CONFLICT (user_id, name_key) DO NOTHING
            """,
            cancellationToken);
        // Locked, so that none is deleted before its tasks are there.
        var all = await database.Categories.FromSql($"SELECT * FROM categories WHERE user_id = {userId} AND name_key = ANY ({keys}) ORDER BY name_key FOR KEY SHARE")
            .AsNoTracking().ToListAsync(cancellationToken);
        return (all.ToDictionary(c => c.NameKey), RecordCreated(userId, ChangeEntities.Category, all.ConvertAll(c => c.Id), ids, now));
    }

    private async Task<(Dictionary<string, Tag> All, int Created)> NameTagsAsync(
        Guid userId, ImportContent content, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var names = content.Tags.Concat(content.Items.SelectMany(i => i.Task.Tags)).Select(t => t.Trim())
            .DistinctBy(NameKeys.Of).OrderBy(NameKeys.Of, StringComparer.Ordinal).ToArray();
        var ids = Array.ConvertAll(names, _ => Guid.CreateVersion7());
        var keys = Array.ConvertAll(names, NameKeys.Of);
        await database.Database.ExecuteSqlAsync(
            $"""
            INSERT INTO tags (id, user_id, name, name_key, created_at)
            SELECT id, {userId}, name, name_key, {now}
            FROM pg_advisory_xact_lock(hashtextextended({TagLock.KeyOf(userId)}, 0)), unnest({ids}, {names}, {keys}) AS new (id, name, name_key)
            ON CONFLICT (user_id, name_key) DO NOTHING
            """,
            cancellationToken);
        var all = await database.Tags.FromSql($"SELECT * FROM tags WHERE user_id = {userId} AND name_key = ANY ({keys}) ORDER BY name_key FOR KEY SHARE")
            .AsNoTracking().ToListAsync(cancellationToken);
        return (all.ToDictionary(t => t.NameKey), RecordCreated(userId, ChangeEntities.Tag, all.ConvertAll(t => t.Id), ids, now));
    }

    private int RecordCreated(Guid userId, string entity, List<Guid> all, Guid[] offered, DateTimeOffset now)
    {
        var created = offered.Intersect(all).ToList();
        created.ForEach(id => changes.Record(userId, entity, id, ChangeOperations.Created, null, now));
        return created.Count;
    }
}
