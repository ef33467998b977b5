using Npgsql;
using TaskAspire.Data.Tasks;

namespace TaskAspire.ApiService.Tasks;

/// <summary>A task with all that belongs to it in one row, so that a page of them takes one statement.</summary>
internal static class TaskRow
{
    /// <summary>To be selected from <see cref="Tables"/>.</summary>
    public const string Columns = """
        t.id, t.user_id, t.title, t.description, t.status, t.priority, t.due_date, t.time_zone, t.category_id, t.parent_id, t.recurrence,
        t.recurrence_start, t.completed_at, t.created_at, t.updated_at, t.deleted_at, t.version,
        c.name, g.names, r.ids, r.times, r.minutes
        """;

    /// <summary><c>tasks t</c> with what belongs to it; whoever uses it adds which tasks.</summary>
    public const string Tables = """
        tasks t
        LEFT JOIN categories c ON c.id = t.category_id
        CROSS JOIN LATERAL (SELECT array_agg(n.name) AS names FROM task_tags x JOIN tags n ON n.id = x.tag_id WHERE x.task_id = t.id) g
        CROSS JOIN LATERAL (
            SELECT array_agg(m.id) AS ids, array_agg(m.at) AS times, array_agg(m.minutes_before_due) AS minutes FROM task_reminders m WHERE m.task_id = t.id
        ) r
        """;

    /// <summary>How many columns there are; what a statement selects beside them follows.</summary>
    public const int ColumnCount = 22;

    public static TaskResponse Read(NpgsqlDataReader row)
    {
        var task = new TaskItem
        {
            Id = row.GetGuid(0),
            UserId = row.GetGuid(1),
            Title = row.GetString(2),
            Description = Text(row, 3),
            Status = TaskItemStatuses.FromDatabase(row.GetString(4)),
            Priority = (TaskPriority)row.GetInt16(5),
            DueDate = Time(row, 6),
            TimeZone = Text(row, 7),
            CategoryId = Id(row, 8),
            ParentId = Id(row, 9),
            Recurrence = Text(row, 10),
            RecurrenceStart = Time(row, 11),
            CompletedAt = Time(row, 12),
            CreatedAt = row.GetFieldValue<DateTimeOffset>(13),
            UpdatedAt = row.GetFieldValue<DateTimeOffset>(14),
            DeletedAt = Time(row, 15),
            Version = row.GetInt64(16),
        };
        var category = Text(row, 17) is { } name ? new Category { Id = task.CategoryId!.Value, Name = name, NameKey = NameKeys.Of(name) } : null;
        return TaskResponse.From(task, category, row.IsDBNull(18) ? [] : row.GetFieldValue<string[]>(18), Reminders(row, task.Id));
    }

    private static IEnumerable<TaskReminder> Reminders(NpgsqlDataReader row, Guid taskId)
    {
        if (row.IsDBNull(19))
        {
            return [];
        }

        var times = row.GetFieldValue<DateTimeOffset?[]>(20);
        var minutes = row.GetFieldValue<int?[]>(21);
        return row.GetFieldValue<Guid[]>(19).Select((id, i) => new TaskReminder { Id = id, TaskId = taskId, At = times[i], MinutesBeforeDue = minutes[i] });
    }

    private static string? Text(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    private static Guid? Id(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetGuid(column);

    private static DateTimeOffset? Time(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetFieldValue<DateTimeOffset>(column);
}
