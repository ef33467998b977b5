using System.ComponentModel.DataAnnotations;
using TaskAspire.Data.Tasks;

namespace TaskAspire.ApiService.Tasks.Recurrence;

/// <summary>
/// The recurrence of a task. It begins with the due date that the task has when the rule (or the zone it is computed in) is set or
/// changed; moving only the due date moves that one occurrence, not the series. It belongs to the newest occurrence: completing a task
/// hands it on to the next one, so that reopening and completing it again cannot make a second.
/// </summary>
internal static class TaskRecurrence
{
    /// <summary>What is wrong with the rule for itself.</summary>
    public static IEnumerable<ValidationResult> Check(TaskRequest request)
    {
        if (request.Recurrence is null)
        {
            yield break;
        }

        if (!SeriesRuleParser.TryParse(request.Recurrence, out _, out var problem))
        {
            yield return new ValidationResult(problem, [nameof(request.Recurrence)]);
        }

        if (request.DueDate is null)
        {
            yield return new ValidationResult("A task that recurs needs a dueDate, its first occurrence; without one clear recurrence, too.", [nameof(request.Recurrence)]);
        }
    }

    /// <summary>Brings a task to the recurrence a valid request has for it, before its other fields. Null, or why the series cannot begin.</summary>
    public static string? Apply(TaskItem task, TaskRequest request)
    {
        if (request.Recurrence is null)
        {
            (task.Recurrence, task.RecurrenceStart) = (null, null);
            return null;
        }

        // A client that repeats how it completed a task has nothing to hand on any more. One that takes it up again says how it recurs from now on.
        if (task.Status == TaskItemStatus.Done && request.Status == TaskItemStatus.Done)
        {
            return null;
        }

        var rule = SeriesRuleParser.Parse(request.Recurrence);
        var text = rule.ToString();
        if (text == task.Recurrence && request.TimeZone == task.TimeZone)
        {
            return null;
        }

        (task.Recurrence, task.RecurrenceStart) = (text, request.DueDate);
        return new Series(rule, request.DueDate!.Value, request.TimeZone).Problem();
    }

    /// <summary>
    /// The next occurrence of a task that becomes done: the first after its due date that is not in the past. Null when it does not recur
    /// or its series ends. Either way the task has no recurrence afterwards.
    /// </summary>
    public static TaskItem? HandOn(TaskItem done, DateTimeOffset now)
    {
        if (done is not { Recurrence: { } text, RecurrenceStart: { } start, DueDate: { } due })
        {
            return null;
        }

        (done.Recurrence, done.RecurrenceStart) = (null, null);
        var next = new Series(SeriesRuleParser.Parse(text), start, done.TimeZone).NextAfter(due > now ? due : now);
        return next is { } time ? Copy(done, text, start, time, now) : null;
    }

    private static TaskItem Copy(TaskItem done, string recurrence, DateTimeOffset start, DateTimeOffset due, DateTimeOffset now)
    {
        var next = new TaskItem
        {
            UserId = done.UserId,
            Title = done.Title,
            Description = done.Description,
            Priority = done.Priority,
            DueDate = due,
            TimeZone = done.TimeZone,
            CategoryId = done.CategoryId,
            Category = done.Category,
            ParentId = done.ParentId,
            Recurrence = recurrence,
            RecurrenceStart = start,
            CreatedAt = now,
            UpdatedAt = now,
        };
        next.Tags.AddRange(done.Tags.Select(t => new TaskTag { TaskId = next.Id, TagId = t.TagId, Tag = t.Tag }));
        foreach (var reminder in done.Reminders)
        {
            var at = reminder.At is { } time ? WallClock.In(done.TimeZone).Moved(time, done.DueDate!.Value, due) : null;
            // Left out where its time would be one that nobody could send back, also because another has it: daylight saving can bring two together.
            if (reminder.MinutesBeforeDue is not null || at is not null && !next.Reminders.Exists(r => r.At == at))
            {
                next.Reminders.Add(new TaskReminder { TaskId = next.Id, UserId = next.UserId, At = at, MinutesBeforeDue = reminder.MinutesBeforeDue });
            }
        }

        // Reminders whose time has passed already (a day before an occurrence in an hour) do not fire.
        next.Rearm(now, dueDateMoved: true, reopened: true);
        return next;
    }
}
