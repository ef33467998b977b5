using Microsoft.AspNetCore.Http.HttpResults;
using TaskAspire.ApiService.Errors;
using TaskAspire.Data.Tasks;

namespace TaskAspire.ApiService.Tasks;

/// <summary>
/// Brings the reminders of a task to what a request lists. One that the task already has (by its id, else by its time) stays the
/// same reminder, so that writing back what was read does not make it fire again.
/// </summary>
internal static class ReminderList
{
    public static ProblemHttpResult? Apply(TaskItem task, IReadOnlyList<ReminderRequest> wanted)
    {
        var left = task.Reminders.ToList();
        // Not found by their time as well: one that is moved leaves its time to another of the list, whichever comes first.
        var named = wanted.Select(r => r.Id).ToHashSet();
        var result = new List<TaskReminder>(wanted.Count);
        for (var i = 0; i < wanted.Count; i++)
        {
            var request = wanted[i];
            var existing = left.Find(r => request.Id is { } id
                ? r.Id == id
                : r.At == request.At && r.MinutesBeforeDue == request.MinutesBeforeDue && !named.Contains(r.Id));
            if (existing is null && request.Id is not null)
            {
                return Problems.Validation($"reminders[{i}].id", "The task has no reminder with this id; leave the id out for a new one.");
            }

            if (existing is null)
            {
                existing = new TaskReminder { TaskId = task.Id, UserId = task.UserId, At = request.At, MinutesBeforeDue = request.MinutesBeforeDue };
            }
            else
            {
                left.Remove(existing);
                Move(existing, request);
            }

            result.Add(existing);
        }

        task.Reminders.RemoveAll(r => !result.Contains(r));
        task.Reminders.AddRange(result.Except(task.Reminders));
        return null;
    }

    private static void Move(TaskReminder reminder, ReminderRequest request)
    {
        if (reminder.At == request.At && reminder.MinutesBeforeDue == request.MinutesBeforeDue)
        {
            return;
        }

        reminder.At = request.At;
        reminder.MinutesBeforeDue = request.MinutesBeforeDue;
        reminder.FiredAt = null;
    }
}
