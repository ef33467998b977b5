using TaskAspire.ApiService.Writing;
using TaskAspire.Data.Tasks;

namespace TaskAspire.ApiService.Tasks;

/// <summary>What a merge patch of a task can hold: any of the fields of <see cref="TaskRequest"/>, null to clear.</summary>
[RulesOf(typeof(TaskRequest))]
public sealed record TaskPatch
{
    /// <summary>What is to be done: 1 to 200 characters.</summary>
    public string? Title { get; init; }

    /// <summary>More about it.</summary>
    public string? Description { get; init; }

    /// <summary>Where it stands.</summary>
    public TaskItemStatus? Status { get; init; }

    /// <summary>How much it matters.</summary>
    public TaskPriority? Priority { get; init; }

    /// <summary>When it is due, RFC 3339 with offset; relative reminders move along.</summary>
    public DateTimeOffset? DueDate { get; init; }

    /// <summary>IANA time zone in which the due date is meant.</summary>
    public string? TimeZone { get; init; }

    /// <summary>The category it is in.</summary>
    public Guid? CategoryId { get; init; }

    /// <summary>The task it is a part of; null makes it a task of its own.</summary>
    public Guid? ParentId { get; init; }

    /// <summary>Names of all its tags: an array is replaced as a whole.</summary>
    public IReadOnlyList<string>? Tags { get; init; }

    /// <summary>All its reminders: an array is replaced as a whole.</summary>
    public IReadOnlyList<ReminderRequest>? Reminders { get; init; }

    /// <summary>How it recurs, RFC 5545 RRULE.</summary>
    public string? Recurrence { get; init; }

    /// <summary>The request that would leave a task as it is.</summary>
    internal static TaskRequest Base(TaskResponse task) => new()
    {
        Title = task.Title,
        Description = task.Description,
        Status = task.Status,
        Priority = task.Priority,
        DueDate = task.DueDate,
        TimeZone = task.TimeZone,
        CategoryId = task.CategoryId,
        ParentId = task.ParentId,
        Recurrence = task.Recurrence,
        Tags = task.Tags,
        Reminders = [.. task.Reminders.Select(r => new ReminderRequest { Id = r.Id, At = r.At, MinutesBeforeDue = r.MinutesBeforeDue })],
    };
}
