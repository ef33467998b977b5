using System.ComponentModel.DataAnnotations;
using TaskAspire.ApiService.Categories;
using TaskAspire.ApiService.OpenApi;
using TaskAspire.ApiService.Tasks;
using TaskAspire.ApiService.Writing;
using TaskAspire.Data.Tasks;

namespace TaskAspire.ApiService.Portability;

/// <summary>
/// What a user has, apart from any account: things are known by their names, and tasks by ids that mean something within the document
/// only. <c>format</c> and <c>version</c> tell a reader of tomorrow what it has before it.
/// </summary>
public sealed record PortableDocument
{
    /// <summary>What every export is marked with.</summary>
    public const string FormatName = "taskaspire";

    /// <summary>The version of the document that is written and read.</summary>
    public const int CurrentVersion = 1;

    /// <summary><c>taskaspire</c>.</summary>
    [Words(FormatName)]
    public required string Format { get; init; }

    /// <summary>1.</summary>
    [Range(CurrentVersion, CurrentVersion)]
    public required int Version { get; init; }

    /// <summary>When it was exported, UTC.</summary>
    public DateTimeOffset? ExportedAt { get; init; }

    /// <summary>The categories, also those without tasks.</summary>
    public BoundedList<PortableCategory> Categories { get; init; } = [];

    /// <summary>Names of the tags, also of those on no task.</summary>
    [TagList]
    public BoundedList<string> Tags { get; init; } = [];

    /// <summary>The tasks, those in the trash left out.</summary>
    public required BoundedList<PortableTask> Tasks { get; init; }
}

/// <summary>A category.</summary>
[RulesOf(typeof(CategoryRequest))]
public sealed record PortableCategory
{
    /// <summary>1 to 100 characters.</summary>
    public required string Name { get; init; }

    /// <summary>A colour as <c>#rrggbb</c>.</summary>
    public string? Color { get; init; }
}

/// <summary>A task; fields that are not said otherwise are those of a task in the API.</summary>
[RulesOf(typeof(TaskRequest))]
public sealed record PortableTask
{
    /// <summary>Any text that no other task of the document has; needed only where a <c>parentId</c> names it.</summary>
    public string? Id { get; init; }

    /// <summary>What is to be done.</summary>
    public required string Title { get; init; }

    /// <summary>More about it.</summary>
    public string? Description { get; init; }

    /// <summary>Where it stands.</summary>
    public TaskItemStatus Status { get; init; }

    /// <summary>How much it matters.</summary>
    public TaskPriority Priority { get; init; }

    /// <summary>When it is due.</summary>
    public DateTimeOffset? DueDate { get; init; }

    /// <summary>IANA time zone.</summary>
    public string? TimeZone { get; init; }

    /// <summary>The name of its category.</summary>
    [TextLength(Data.Tasks.Category.NameMaxLength, MinimumLength = 1)]
    public string? Category { get; init; }

    /// <summary>Names of its tags.</summary>
    public TagsHead Tags { get; init; } = [];

    /// <summary>The <c>id</c> of the task of this document that it is a part of.</summary>
    public string? ParentId { get; init; }

    /// <summary>When to be reminded.</summary>
    public RemindersHead Reminders { get; init; } = [];

    /// <summary>How it recurs.</summary>
    public string? Recurrence { get; init; }

    /// <summary>The due date with which the recurrence began; the task's own when it is left out.</summary>
    public DateTimeOffset? RecurrenceStart { get; init; }

    /// <summary>When it was completed; of a done task.</summary>
    public DateTimeOffset? CompletedAt { get; init; }

    /// <summary>When it was created.</summary>
    public DateTimeOffset? CreatedAt { get; init; }

    /// <summary>When it was last changed; an import does not take it over.</summary>
    public DateTimeOffset? UpdatedAt { get; init; }

    /// <summary>What a client would send to create it, apart from what names other things.</summary>
    internal TaskRequest ToRequest() => new()
    {
        Title = Title,
        Description = Description,
        Status = Status,
        Priority = Priority,
        DueDate = DueDate,
        TimeZone = TimeZone,
        Tags = Tags,
        Reminders = [.. Reminders.Select(r => r is null ? null! : new ReminderRequest { At = r.At, MinutesBeforeDue = r.MinutesBeforeDue })],
        Recurrence = Recurrence,
    };
}

/// <summary>A reminder.</summary>
public sealed record PortableReminder
{
    /// <summary>The time itself.</summary>
    public DateTimeOffset? At { get; init; }

    /// <summary>Minutes before the due date.</summary>
    [Range(0, ReminderRequest.MinutesInAYear)]
    public int? MinutesBeforeDue { get; init; }
}
