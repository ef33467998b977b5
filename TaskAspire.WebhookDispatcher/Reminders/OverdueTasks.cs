using System.Data;
using Npgsql;
using TaskAspire.Data.Webhooks;
using TaskAspire.WebhookDispatcher.Telemetry;

namespace TaskAspire.WebhookDispatcher.Reminders;

/// <summary>Writes <c>task.overdue</c> for open tasks whose due date has passed, once for each due date.</summary>
internal sealed class OverdueTasks(NpgsqlDataSource database)
{
    // As with reminders, what was overdue when it was written is so since then.
    private const string Claim = """
        SELECT id, user_id, overdue_at, title, due_date, deleted_at IS NULL AND status IN ('todo', 'in_progress'),
               least(greatest(overdue_at, updated_at), now())
        FROM tasks
        WHERE overdue_at <= now()
        ORDER BY overdue_at
        LIMIT @limit
        FOR NO KEY UPDATE SKIP LOCKED
        """;

    // No new version: nothing that the API shows of the task has changed.
    private const string Mark = "UPDATE tasks SET overdue_at = NULL WHERE id = ANY (@ids)";

    /// <summary>Notices up to <paramref name="limit"/> tasks.</summary>
    /// <returns>How many there were; as many as the limit means there may be more.</returns>
    public async Task<int> NoticeAsync(int limit, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellationToken);
        var ids = new List<Guid>();
        var open = new List<DueTask>();
        await using (var command = new NpgsqlCommand(Claim, connection))
        {
            command.Parameters.AddWithValue("limit", limit);
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                ids.Add(reader.GetGuid(0));
                if (reader.GetBoolean(5))
                {
                    open.Add(new DueTask(
                        reader.GetGuid(1), reader.GetFieldValue<DateTimeOffset>(2), reader.GetGuid(0), reader.GetString(3),
                        reader.IsDBNull(4) ? null : reader.GetFieldValue<DateTimeOffset>(4), reader.GetFieldValue<DateTimeOffset>(6)));
                }
            }
        }

        if (ids.Count == 0)
        {
            return 0;
        }

        using var activity = DispatcherTelemetry.StartRoot("overdue tasks notice");
        activity?.SetTag("tasks.count", ids.Count);
        await using (var batch = new NpgsqlBatch(connection))
        {
            var mark = new NpgsqlBatchCommand(Mark);
            mark.Parameters.AddWithValue("ids", ids.ToArray());
            batch.BatchCommands.Add(mark);
            if (open.Count > 0)
            {
                batch.BatchCommands.Add(EventInsert.Command(WebhookEventTypes.TaskOverdue, open));
            }

            await batch.ExecuteNonQueryAsync(cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        return ids.Count;
    }
}
