using Microsoft.EntityFrameworkCore;
using TaskAspire.Data;
using TaskAspire.Data.Tasks;

namespace TaskAspire.ApiService.Tasks;

/// <summary>The tasks of a user that a list asks for.</summary>
internal static class TaskFilter
{
    public static IQueryable<TaskItem> Apply(TaskDbContext database, Guid userId, TaskListQuery query, DateTimeOffset now)
    {
        var tasks = database.Tasks.AsNoTracking().Where(t => t.UserId == userId && t.DeletedAt == null);
        if (query.Status is { Count: > 0 } statuses)
        {
            tasks = tasks.Where(t => statuses.Contains(t.Status));
        }

        if (query.Priority is { Count: > 0 } priorities)
        {
            tasks = tasks.Where(t => priorities.Contains(t.Priority));
        }

        if (query.CategoryId is { } category)
        {
            tasks = tasks.Where(t => t.CategoryId == category);
        }

        foreach (var key in query.Tags)
        {
            tasks = tasks.Where(t => t.Tags.Any(tag => tag.Tag!.UserId == userId && tag.Tag.NameKey == key));
        }

        if (query.DueBefore is { } before)
        {
            tasks = tasks.Where(t => t.DueDate < before);
        }

        if (query.DueAfter is { } after)
        {
            tasks = tasks.Where(t => t.DueDate >= after);
        }

        if (query.Overdue is { } overdue)
        {
            tasks = overdue
                ? tasks.Where(t => t.DueDate < now && (t.Status == TaskItemStatus.Todo || t.Status == TaskItemStatus.InProgress))
                : tasks.Where(t => t.DueDate == null || t.DueDate >= now || t.Status == TaskItemStatus.Done || t.Status == TaskItemStatus.Cancelled);
        }

        if (query.Search is { } search)
        {
            var pattern = $"%{Escape(search)}%";
            tasks = tasks.Where(t => EF.Functions.ILike(t.Title, pattern, "\\") || EF.Functions.ILike(t.Description!, pattern, "\\"));
        }

        return tasks;
    }

    private static string Escape(string text) =>
        text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("%", "\\%", StringComparison.Ordinal).Replace("_", "\\_", StringComparison.Ordinal);
}
