using Npgsql;
using TaskAspire.Data.Tasks;

namespace TaskAspire.ApiService.Tasks;

/// <summary>A task with all that belongs to it in one row, so that a page of them takes one statement.</summary>
internal static class TaskRow
{
    /// <summary>
    /// To be selected from <c>tasks t</c> with <see cref="Joins"/>. What belongs to a task is asked for task by task: joined, it looks cheaper to PostgreSQL to read
    /// everybody's categories for a page, and the page loses the order that it was read in.
    /// </summary>
    public const string Columns = """
        t.id, t.user_id, t.title, t.description, t.status, t.priority, t.due_date, t.time_zone, t.category_id, t.parent_id, t.recurrence,
        t.recurrence_start, t.completed_at, t.created_at, t.updated_at, t.deleted_at, t.version,
        (SELECT c.name FROM categories c WHERE c.id = t.category_id),
        ARRAY(SELECT n.name FROM task_tags x JOIN tags n ON n.id = x.tag_id WHERE x.task_id = t.id),
        r.ids, r.times, r.minutes
        """;

    /// <summary>What belongs to <c>tasks t</c>; whoever uses it adds which tasks.</summary>
    public const string Joins = """
        CROSS JOIN LATERAL (
            SELECT array_agg(m.id) AS ids, array_agg(m.at) AS times, array_agg(m.minutes_before_due) AS minutes FROM task_reminders m WHERE m.task_id = t.id
        ) r
        """;

    /// <summary>How many columns there are; what a statement selects beside them follows.</summary>
    public const int ColumnCount = 22;

    public const int Id = 0;
    public const int UserId = 1;
    public const int Title = 2;
    public const int Description = 3;
    public const int Status = 4;
    public const int Priority = 5;
    public const int DueDate = 6;
    public const int TimeZone = 7;
    public const int CategoryId = 8;
    public const int ParentId = 9;
    public const int Recurrence = 10;
    public const int RecurrenceStart = 11;
    public const int CompletedAt = 12;
    public const int CreatedAt = 13;
    public const int UpdatedAt = 14;
    public const int DeletedAt = 15;
    public const int Version = 16;
    public const int CategoryName = 17;
    public const int TagNames = 18;
    public const int ReminderIds = 19;
    public const int ReminderTimes = 20;
    public const int ReminderMinutes = 21;

    public static TaskResponse Read(NpgsqlDataReader row)
    {
        var task = new TaskItem
        {
            Id = row.GetGuid(Id),
            UserId = row.GetGuid(UserId),
            Title = row.GetString(Title),
            Description = Text(row, Description),
            Status = TaskItemStatuses.FromDatabase(row.GetString(Status)),
            Priority = (TaskPriority)row.GetInt16(Priority),
            DueDate = Time(row, DueDate),
            TimeZone = Text(row, TimeZone),
            CategoryId = GuidOf(row, CategoryId),
            ParentId = GuidOf(row, ParentId),
            Recurrence = Text(row, Recurrence),
            RecurrenceStart = Time(row, RecurrenceStart),
            CompletedAt = Time(row, CompletedAt),
            CreatedAt = row.GetFieldValue<DateTimeOffset>(CreatedAt),
            UpdatedAt = row.GetFieldValue<DateTimeOffset>(UpdatedAt),
            DeletedAt = Time(row, DeletedAt),
            Version = row.GetInt64(Version),
        };
        var category = Category(row) is { } name ? new Category { Id = task.CategoryId!.Value, Name = name, NameKey = NameKeys.Of(name) } : null;
        return TaskResponse.From(task, category, Tags(row), Reminders(row, task.Id));
    }

    /// <summary>The names of the tags, sorted.</summary>
    public static string[] Tags(NpgsqlDataReader row)
    {
        var names = row.GetFieldValue<string[]>(TagNames);
        Array.Sort(names, StringComparer.Ordinal);
        return names;
    }

    /// <summary>The name of the category.</summary>
    public static string? Category(NpgsqlDataReader row) => Text(row, CategoryName);

    private static IEnumerable<TaskReminder> Reminders(NpgsqlDataReader row, Guid taskId)
    {
        if (row.IsDBNull(ReminderIds))
        {
            return [];
        }

        var times = row.GetFieldValue<DateTimeOffset?[]>(ReminderTimes);
        var minutes = row.GetFieldValue<int?[]>(ReminderMinutes);
        return row.GetFieldValue<Guid[]>(ReminderIds).Select((id, i) => new TaskReminder { Id = id, TaskId = taskId, At = times[i], MinutesBeforeDue = minutes[i] });
    }

    private static string? Text(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    private static Guid? GuidOf(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetGuid(column);

    private static DateTimeOffset? Time(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetFieldValue<DateTimeOffset>(column);
}
