using System.Data;
using Npgsql;
using TaskAspire.Data.Webhooks;
using TaskAspire.WebhookDispatcher.Telemetry;

namespace TaskAspire.WebhookDispatcher.Reminders;

/// <summary>
/// Fires reminders whose time has come: each exactly once, since the event is written in the transaction that marks it fired. One whose task
/// was closed in the meantime is marked without an event.
/// </summary>
internal sealed class DueReminders(NpgsqlDataSource database, DispatcherTelemetry telemetry)
{
    // No reminder is late for the time before the task was last written: that may be what armed it, for a time that had passed already.
    // Locks the reminder alone: whoever changes the task changes the reminder too and waits there, or has changed it before and is seen here.
    internal const string Claim = """
        SELECT r.id, r.user_id, r.fire_at, t.id, t.title, t.due_date, t.deleted_at IS NULL AND t.status IN ('todo', 'in_progress'),
               least(greatest(r.fire_at, t.updated_at), now()), clock_timestamp() - least(greatest(r.fire_at, t.updated_at), now())
        FROM task_reminders r
        JOIN tasks t ON t.id = r.task_id
        WHERE r.fire_at <= now()
        ORDER BY r.fire_at
        LIMIT @limit
        FOR NO KEY UPDATE OF r SKIP LOCKED
        """;

    private const string Mark = """
        UPDATE task_reminders
        SET fired_at = CASE WHEN id = ANY (@fired) THEN now() ELSE fired_at END, fire_at = NULL
        WHERE id = ANY (@ids)
        """;

    /// <summary>Fires up to <paramref name="limit"/> reminders.</summary>
    /// <returns>How many were due; as many as the limit means there may be more.</returns>
    public async Task<int> FireAsync(int limit, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellationToken);
        var due = await ClaimAsync(connection, limit, cancellationToken);
        if (due.Count == 0)
        {
            return 0;
        }

        using var activity = DispatcherTelemetry.StartRoot("reminders fire");
        activity?.SetTag("reminders.count", due.Count);
        await using (var batch = new NpgsqlBatch(connection))
        {
            var open = due.Where(reminder => reminder.IsOpen).ToList();
            var mark = new NpgsqlBatchCommand(Mark);
            mark.Parameters.AddWithValue("ids", due.Select(reminder => reminder.Id).ToArray());
            mark.Parameters.AddWithValue("fired", open.Select(reminder => reminder.Id).ToArray());
            batch.BatchCommands.Add(mark);
            if (open.Count > 0)
            {
                batch.BatchCommands.Add(EventInsert.Command(WebhookEventTypes.TaskReminder, [.. open.Select(reminder => reminder.Task)]));
            }

            await batch.ExecuteNonQueryAsync(cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        foreach (var reminder in due.Where(reminder => reminder.IsOpen))
        {
            telemetry.Fired(reminder.Lateness);
        }

        return due.Count;
    }

    private static async Task<List<DueReminder>> ClaimAsync(NpgsqlConnection connection, int limit, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Claim, connection);
        command.Parameters.AddWithValue("limit", limit);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var due = new List<DueReminder>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var task = new DueTask(
                reader.GetGuid(1), reader.GetFieldValue<DateTimeOffset>(2), reader.GetGuid(3), reader.GetString(4),
                reader.IsDBNull(5) ? null : reader.GetFieldValue<DateTimeOffset>(5), reader.GetFieldValue<DateTimeOffset>(7));
            due.Add(new DueReminder(reader.GetGuid(0), task, reader.GetBoolean(6), reader.GetTimeSpan(8)));
        }

        return due;
    }

    private sealed record DueReminder(Guid Id, DueTask Task, bool IsOpen, TimeSpan Lateness);
}
