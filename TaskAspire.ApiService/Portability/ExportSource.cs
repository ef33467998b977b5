using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using TaskAspire.Data;
using TaskAspire.Data.Tasks;

namespace TaskAspire.ApiService.Portability;

/// <summary>Reads all that a user has, a page of tasks at a time. Consistent within a REPEATABLE READ transaction.</summary>
internal sealed class ExportSource(TaskDbContext database)
{
    private const int PageSize = 500;

    public Task<List<PortableCategory>> ReadCategoriesAsync(Guid userId, CancellationToken cancellationToken) =>
        database.Categories.Where(c => c.UserId == userId).OrderBy(c => c.NameKey)
            .Select(c => new PortableCategory { Name = c.Name, Color = c.Color }).ToListAsync(cancellationToken);

    public Task<List<string>> ReadTagsAsync(Guid userId, CancellationToken cancellationToken) =>
        database.Tags.Where(t => t.UserId == userId).OrderBy(t => t.NameKey).Select(t => t.Name).ToListAsync(cancellationToken);

    /// <summary>The tasks by their ids, which is the order they were made in.</summary>
    public async IAsyncEnumerable<IReadOnlyList<PortableTask>> ReadTasksAsync(Guid userId, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var last = Guid.Empty;
        while (true)
        {
            var page = await database.Tasks.AsNoTracking().Include(t => t.Category)
                .Where(t => t.UserId == userId && t.DeletedAt == null && t.Id > last)
                // The first column of the order is the same in all, and there for the index (ix_tasks_trash): by the id alone, everybody's tasks would be gone through.
                .OrderBy(t => t.DeletedAt).ThenBy(t => t.Id).Take(PageSize).ToListAsync(cancellationToken);
            if (page.Count == 0)
            {
                yield break;
            }

            last = page[^1].Id;
            yield return await CompleteAsync(page, cancellationToken);
        }
    }

    private async Task<List<PortableTask>> CompleteAsync(List<TaskItem> tasks, CancellationToken cancellationToken)
    {
        var ids = tasks.ConvertAll(t => t.Id);
        var tags = (await database.TaskTags.Where(t => ids.Contains(t.TaskId)).Select(t => new { t.TaskId, t.Tag!.Name }).ToListAsync(cancellationToken))
            .ToLookup(t => t.TaskId, t => t.Name);
        var reminders = (await database.TaskReminders.AsNoTracking().Where(r => ids.Contains(r.TaskId)).ToListAsync(cancellationToken))
            .ToLookup(r => r.TaskId);
        return tasks.ConvertAll(t => new PortableTask
        {
            Id = t.Id.ToString(),
            Title = t.Title,
            Description = t.Description,
            Status = t.Status,
            Priority = t.Priority,
            DueDate = t.DueDate,
            TimeZone = t.TimeZone,
            Category = t.Category?.Name,
            Tags = [.. tags[t.Id].Order(StringComparer.Ordinal)],
            ParentId = t.ParentId?.ToString(),
            Reminders = [.. reminders[t.Id].OrderBy(r => r.TimeFor(t)).ThenBy(r => r.Id).Select(r => new PortableReminder { At = r.At, MinutesBeforeDue = r.MinutesBeforeDue })],
            Recurrence = t.Recurrence,
            RecurrenceStart = t.RecurrenceStart,
            CompletedAt = t.CompletedAt,
            CreatedAt = t.CreatedAt,
            UpdatedAt = t.UpdatedAt,
        });
    }
}
