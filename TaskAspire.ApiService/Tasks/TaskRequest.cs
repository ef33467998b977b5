using System.ComponentModel.DataAnnotations;
using TaskAspire.ApiService.OpenApi;
using TaskAspire.ApiService.Tasks.Recurrence;
using TaskAspire.ApiService.Writing;
using TaskAspire.Data.Tasks;

namespace TaskAspire.ApiService.Tasks;

/// <summary>A task as a client writes it: created with POST, or replaced as a whole with PUT (a field left out gets its default).</summary>
public sealed record TaskRequest : IValidatableObject
{
    /// <summary>Most tags a task can carry.</summary>
    public const int MaxTags = 50;

    /// <summary>Most reminders a task can have.</summary>
    public const int MaxReminders = 20;

    /// <summary>What is to be done: 1 to 200 characters, not only white space.</summary>
    [Required, TextLength(TaskItem.TitleMaxLength, MinimumLength = 1, ErrorMessage = "The title must have 1 to 200 characters.")]
    public required string Title { get; init; }

    /// <summary>More about it, up to 10,000 characters.</summary>
    [TextLength(TaskItem.DescriptionMaxLength, ErrorMessage = "The description must have at most 10,000 characters.")]
    public string? Description { get; init; }

    /// <summary>Where it stands.</summary>
    public TaskItemStatus Status { get; init; }

    /// <summary>How much it matters.</summary>
    public TaskPriority Priority { get; init; }

    /// <summary>When it is due, RFC 3339 with offset.</summary>
    public DateTimeOffset? DueDate { get; init; }

    /// <summary>IANA time zone in which the due date is meant, such as <c>Europe/Berlin</c>.</summary>
    [TextShape(TimeZones.NameMaxLength, "^[A-Za-z0-9_+/-]+$")]
    public string? TimeZone { get; init => field = TimeZones.Find(value) ?? value; }

    /// <summary>The category it is in.</summary>
    public Guid? CategoryId { get; init; }

    /// <summary>The task it is a part of: one that is not in the trash. There can be 5 levels of tasks, and 999 subtasks, at all levels together, below one at the top.</summary>
    public Guid? ParentId { get; init; }

    /// <summary>Names of its tags, up to 50 of 1 to 50 characters; one that does not exist yet is made.</summary>
    [MaxLength(MaxTags, ErrorMessage = "A task can carry at most 50 tags."), TagList]
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>When to be reminded, up to 20 times.</summary>
    [MaxLength(MaxReminders, ErrorMessage = "A task can have at most 20 reminders.")]
    // One more than there may be shows that they are too many; what is kept is validated one by one, also then.
    public IReadOnlyList<ReminderRequest> Reminders { get; init => field = value.Count > MaxReminders ? [.. value.Take(MaxReminders + 1)] : value; } = [];

    /// <summary>
    /// How it recurs: an RFC 5545 RRULE such as <c>FREQ=WEEKLY;BYDAY=MO</c>, of HOURLY to YEARLY, and on lines of their own EXDATE for
    /// what to leave out. It begins with the due date, and is computed on the clock of the time zone (UTC without one), which HOURLY
    /// shows in autumn: of the hour that comes twice, it names the first. Another due date alone moves this occurrence, not the series.
    /// A task that is done and stays so keeps what it has, mostly none, as it was handed on; null clears it.
    /// </summary>
    [TextShape(TaskItem.RecurrenceMaxLength, FieldRules.NotBlank)]
    public string? Recurrence { get; init; }

    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (string.IsNullOrWhiteSpace(Title))
        {
            yield return new ValidationResult("The title must not be only white space.", [nameof(Title)]);
        }

        if (TimeZone is not null && TimeZones.Find(TimeZone) is null)
        {
            yield return new ValidationResult("The time zone must be an IANA name such as Europe/Berlin.", [nameof(TimeZone)]);
        }

        foreach (var error in TagNames.Check(Tags).Concat(ReminderRequest.CheckAll(Reminders)).Concat(TaskRecurrence.Check(this)))
        {
            yield return error;
        }
    }
}

/// <summary>A reminder as a client writes it: <c>at</c>, or <c>minutesBeforeDue</c>.</summary>
public sealed record ReminderRequest
{
    internal const int MinutesInAYear = 366 * 24 * 60;

    /// <summary>The id of a reminder the task already has, to keep or move it; left out for a new one.</summary>
    public Guid? Id { get; init; }

    /// <summary>The time itself, RFC 3339 with offset. A time that has passed fires at once.</summary>
    public DateTimeOffset? At { get; init; }

    /// <summary>Minutes before the due date, 0 to 527,040 (366 days); it moves with the due date, and waits for one.</summary>
    [Range(0, MinutesInAYear, ErrorMessage = "minutesBeforeDue must be 0 to 527,040 (366 days).")]
    public int? MinutesBeforeDue { get; init; }

    internal static IEnumerable<ValidationResult> CheckAll(IReadOnlyList<ReminderRequest> reminders)
    {
        // Sets, not a search for each: the limit on their number is another rule, and all are checked.
        var ids = new HashSet<Guid>();
        var times = new HashSet<(DateTimeOffset?, int?)>();
        for (var i = 0; i < reminders.Count; i++)
        {
            if (reminders[i] is not { } reminder)
            {
                yield return new ValidationResult("A reminder must not be null.", [$"Reminders[{i}]"]);
            }
            else if (reminder.At is null == reminder.MinutesBeforeDue is null)
            {
                yield return new ValidationResult("Give either at or minutesBeforeDue.", [$"Reminders[{i}]"]);
            }
            else if (!times.Add((reminder.At, reminder.MinutesBeforeDue)) || reminder.Id is { } id && !ids.Add(id))
            {
                yield return new ValidationResult("The same reminder is given twice.", [$"Reminders[{i}]"]);
            }
        }
    }
}
