namespace TaskAspire.Data.Tasks;

/// <summary>A task. (The type is not called Task: every file would have to tell it from System.Threading.Tasks.Task.)</summary>
public sealed class TaskItem
{
    /// <summary>Longest title, in characters.</summary>
    public const int TitleMaxLength = 200;

    /// <summary>
    /// The collation titles are sorted by: an alphabet as people know it, upper and lower case side by side. The database's own is
    /// another on each server; this one comes with every PostgreSQL that has ICU.
    /// </summary>
    public const string TitleCollation = "und-x-icu";

    /// <summary>Longest recurrence rule with its exceptions, in characters.</summary>
    public const int RecurrenceMaxLength = 2_000;

    /// <summary>Longest description, in characters.</summary>
    public const int DescriptionMaxLength = 10_000;

    /// <summary>UUIDv7.</summary>
    public Guid Id { get; init; } = Guid.CreateVersion7();

    /// <summary>The owner.</summary>
    public Guid UserId { get; init; }

    /// <summary>1 to <see cref="TitleMaxLength"/> characters.</summary>
    public required string Title { get; set; }

    /// <summary>Up to <see cref="DescriptionMaxLength"/> characters.</summary>
    public string? Description { get; set; }

    /// <summary>Where the task stands.</summary>
    public TaskItemStatus Status { get; set; }

    /// <summary>How much it matters.</summary>
    public TaskPriority Priority { get; set; }

    /// <summary>When it is due, UTC.</summary>
    public DateTimeOffset? DueDate { get; set; }

    /// <summary>The IANA zone in which its owner thinks of it; recurrence is computed there.</summary>
    public string? TimeZone { get; set; }

    /// <summary>The category it is in.</summary>
    public Guid? CategoryId { get; set; }

    /// <summary>The category itself, when loaded.</summary>
    public Category? Category { get; init; }

    /// <summary>The task it is a part of.</summary>
    public Guid? ParentId { get; set; }

    /// <summary>RFC 5545 RRULE.</summary>
    public string? Recurrence { get; set; }

    /// <summary>The due date from which the recurrence counts (its DTSTART), UTC; null without one.</summary>
    public DateTimeOffset? RecurrenceStart { get; set; }

    /// <summary>When it was completed, UTC.</summary>
    public DateTimeOffset? CompletedAt { get; set; }

    /// <summary>UTC.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>UTC.</summary>
    public DateTimeOffset UpdatedAt { get; set; }

    /// <summary>When it went to the trash, UTC.</summary>
    public DateTimeOffset? DeletedAt { get; set; }

    /// <summary>The task with which it went to the trash, and with which it comes back; itself when it was deleted for its own sake.</summary>
    public Guid? DeletedWithId { get; set; }

    /// <summary>Goes up by one with each change; the entity tag of the task is made of it.</summary>
    public long Version { get; set; } = 1;

    /// <summary>
    /// When <c>task.overdue</c> is to be sent: the due date of an open task for which it has not been sent, else null.
    /// Kept beside the due date so that the dispatcher finds what is due in an index that holds nothing else.
    /// </summary>
    public DateTimeOffset? OverdueAt { get; set; }

    /// <summary>Its tags.</summary>
    public List<TaskTag> Tags { get; init; } = [];

    /// <summary>Its reminders.</summary>
    public List<TaskReminder> Reminders { get; init; } = [];

    /// <summary>Whether it still causes reminders: it is neither done, nor cancelled, nor in the trash.</summary>
    public bool IsOpen => Status is TaskItemStatus.Todo or TaskItemStatus.InProgress && DeletedAt is null;

    /// <summary>
    /// Arms or disarms what happens at a time (reminders, overdue) to fit the due date and the state of the task.
    /// Call it after any change to those.
    /// </summary>
    /// <param name="now">UTC.</param>
    /// <param name="dueDateMoved">The due date is another than before: relative reminders and overdue count afresh.</param>
    /// <param name="reopened">The task was closed before: what would have fired in the meantime does not fire.</param>
    public void Rearm(DateTimeOffset now, bool dueDateMoved, bool reopened)
    {
        if (!IsOpen)
        {
            OverdueAt = null;
        }
        else if (dueDateMoved || reopened)
        {
            OverdueAt = DueDate;
        }

        foreach (var reminder in Reminders)
        {
            reminder.Rearm(this, now, dueDateMoved, reopened);
        }
    }
}

/// <summary>Where a task stands.</summary>
/// <remarks>Stored as text.</remarks>
public enum TaskItemStatus
{
    /// <summary>Not begun.</summary>
    Todo,

    /// <summary>Begun.</summary>
    InProgress,

    /// <summary>Completed.</summary>
    Done,

    /// <summary>Given up.</summary>
    Cancelled,
}

/// <summary>How much a task matters.</summary>
/// <remarks>Stored as a number so that it sorts.</remarks>
public enum TaskPriority
{
    /// <summary>Not said.</summary>
    None = 0,

    /// <summary>Low.</summary>
    Low = 1,

    /// <summary>Medium.</summary>
    Medium = 2,

    /// <summary>High.</summary>
    High = 3,

    /// <summary>Urgent.</summary>
    Urgent = 4,
}
