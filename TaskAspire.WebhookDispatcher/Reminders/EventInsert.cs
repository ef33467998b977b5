using System.Diagnostics;
using Npgsql;
using NpgsqlTypes;
using TaskAspire.Data.Webhooks;

namespace TaskAspire.WebhookDispatcher.Reminders;

/// <summary>A task of which time has set something off.</summary>
/// <param name="UserId">Its owner.</param>
/// <param name="At">The time that came.</param>
/// <param name="TaskId">The task.</param>
/// <param name="Title">Of the task.</param>
/// <param name="DueDate">Of the task.</param>
/// <param name="Since">Since when that could be told: <paramref name="At"/>, or when the task was written if that was later.</param>
internal sealed record DueTask(Guid UserId, DateTimeOffset At, Guid TaskId, string Title, DateTimeOffset? DueDate, DateTimeOffset Since);

/// <summary>Writes the events of due tasks into the outbox; the trigger there makes the deliveries.</summary>
internal static class EventInsert
{
    private const string Insert = """
        INSERT INTO webhook_events (id, user_id, type, task_id, category_ids, tag_keys, payload, occurred_at, trace_parent)
        SELECT e.id, e.user_id, @type, e.task_id, array_remove(ARRAY[t.category_id], NULL),
               ARRAY(SELECT g.name_key FROM task_tags tt JOIN tags g ON g.id = tt.tag_id WHERE tt.task_id = e.task_id),
               e.payload, e.occurred_at, @trace_parent
        FROM unnest(@ids, @users, @tasks, @payloads, @times) AS e (id, user_id, task_id, payload, occurred_at)
        JOIN tasks t ON t.id = e.task_id
        """;

    public static NpgsqlBatchCommand Command(string eventType, IReadOnlyList<DueTask> due)
    {
        var command = new NpgsqlBatchCommand(Insert);
        command.Parameters.AddWithValue("type", eventType);
        command.Parameters.Add(new NpgsqlParameter("trace_parent", NpgsqlDbType.Varchar) { Value = (object?)Activity.Current?.Id ?? DBNull.Value });
        command.Parameters.AddWithValue("ids", due.Select(_ => Guid.CreateVersion7()).ToArray());
        command.Parameters.AddWithValue("users", due.Select(task => task.UserId).ToArray());
        command.Parameters.AddWithValue("tasks", due.Select(task => task.TaskId).ToArray());
        command.Parameters.AddWithValue(
            "payloads", due.Select(task => WebhookPayload.ForDueTask(eventType, task.At, task.TaskId, task.Title, task.DueDate, task.UserId)).ToArray());
        command.Parameters.AddWithValue("times", due.Select(task => task.Since.UtcDateTime).ToArray());
        return command;
    }
}
