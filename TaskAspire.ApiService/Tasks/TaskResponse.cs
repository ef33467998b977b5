using TaskAspire.Data.Tasks;

namespace TaskAspire.ApiService.Tasks;

/// <summary>A task as the API answers it, and as the events about it carry it.</summary>
/// <param name="Id">UUIDv7.</param>
/// <param name="Title">What is to be done.</param>
/// <param name="Description">More about it.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="Priority">How much it matters.</param>
/// <param name="DueDate">When it is due, UTC.</param>
/// <param name="TimeZone">IANA time zone in which the due date is meant.</param>
/// <param name="CategoryId">The category it lies in.</param>
/// <param name="Category">The same, with its name.</param>
/// <param name="Tags">Names of its tags, sorted.</param>
/// <param name="ParentId">The task it is a part of.</param>
/// <param name="Reminders">When its owner is reminded, soonest first.</param>
/// <param name="Recurrence">RFC 5545 RRULE.</param>
/// <param name="CompletedAt">When it was completed, UTC.</param>
/// <param name="CreatedAt">UTC.</param>
/// <param name="UpdatedAt">UTC.</param>
/// <param name="DeletedAt">When it went to the trash, UTC.</param>
/// <param name="Version">Goes up by one with each change.</param>
public sealed record TaskResponse(
    Guid Id,
    string Title,
    string? Description,
    TaskItemStatus Status,
    TaskPriority Priority,
    DateTimeOffset? DueDate,
    string? TimeZone,
    Guid? CategoryId,
    CategoryReference? Category,
    IReadOnlyList<string> Tags,
    Guid? ParentId,
    IReadOnlyList<ReminderResponse> Reminders,
    string? Recurrence,
    DateTimeOffset? CompletedAt,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt,
    DateTimeOffset? DeletedAt,
    long Version)
{
    internal static TaskResponse From(TaskItem task, Category? category, IEnumerable<string> tags, IEnumerable<TaskReminder> reminders) => new(
        task.Id,
        task.Title,
        task.Description,
        task.Status,
        task.Priority,
        task.DueDate,
        task.TimeZone,
        task.CategoryId,
        category is null ? null : new CategoryReference(category.Id, category.Name),
        [.. tags.Order(StringComparer.Ordinal)],
        task.ParentId,
        [.. reminders.OrderBy(r => r.TimeFor(task)).ThenBy(r => r.Id).Select(r => new ReminderResponse(r.Id, r.At, r.MinutesBeforeDue))],
        task.Recurrence,
        task.CompletedAt,
        task.CreatedAt,
        task.UpdatedAt,
        task.DeletedAt,
        task.Version);

    /// <summary>A task that is tracked with all that belongs to it.</summary>
    internal static TaskResponse From(TaskItem task) => From(task, task.Category, task.Tags.Select(t => t.Tag!.Name), task.Reminders);
}

/// <summary>The category of a task.</summary>
/// <param name="Id">UUIDv7.</param>
/// <param name="Name">Its name.</param>
public sealed record CategoryReference(Guid Id, string Name);

/// <summary>A reminder: absolute (<c>at</c>) or relative to the due date (<c>minutesBeforeDue</c>).</summary>
/// <param name="Id">UUIDv7.</param>
/// <param name="At">The time itself, UTC.</param>
/// <param name="MinutesBeforeDue">Minutes before the due date.</param>
public sealed record ReminderResponse(Guid Id, DateTimeOffset? At, int? MinutesBeforeDue);

/// <summary>A page of tasks.</summary>
/// <param name="Items">The tasks.</param>
/// <param name="Page">Number of the page, from 1; null with cursor paging.</param>
/// <param name="Limit">Most tasks on a page.</param>
/// <param name="Total">How many tasks fit the filter; null when they were not counted: with cursor paging unless asked for, and for a search with very many hits.</param>
/// <param name="NextCursor">What to send as <c>cursor</c> for the tasks that follow; null when there are none.</param>
public sealed record TaskListResponse(IReadOnlyList<TaskResponse> Items, int? Page, int Limit, long? Total, string? NextCursor);
