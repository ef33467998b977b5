using Npgsql;

namespace TaskAspire.ApiService.Tasks;

/// <summary>A task with all that belongs to it in one row, so that a page of them takes one statement.</summary>
internal static class TaskRow
{
    /// <summary>
    /// To be selected from <c>tasks t</c> with <see cref="Joins"/>. What belongs to a task is asked for task by task: joined, it looks cheaper to PostgreSQL to read
    /// everybody's categories for a page, and the page loses the order that it was read in.
    /// </summary>
    public const string Columns = """
        t.id, t.title, t.description, t.status, t.priority, t.due_date, t.time_zone, t.category_id, t.parent_id, t.recurrence,
        t.completed_at, t.created_at, t.updated_at, t.deleted_at, t.version,
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
    public const int ColumnCount = 20;

    public const int Id = 0;
    public const int Title = 1;
    public const int Description = 2;
    public const int Status = 3;
    public const int Priority = 4;
    public const int DueDate = 5;
    public const int TimeZone = 6;
    public const int CategoryId = 7;
    public const int ParentId = 8;
    public const int Recurrence = 9;
    public const int CompletedAt = 10;
    public const int CreatedAt = 11;
    public const int UpdatedAt = 12;
    public const int DeletedAt = 13;
    public const int Version = 14;
    public const int CategoryName = 15;
    public const int TagNames = 16;
    public const int ReminderIds = 17;
    public const int ReminderTimes = 18;
    public const int ReminderMinutes = 19;

    /// <summary>The names of the tags, sorted.</summary>
    public static string[] Tags(NpgsqlDataReader row)
    {
        var names = row.GetFieldValue<string[]>(TagNames);
        Array.Sort(names, StringComparer.Ordinal);
        return names;
    }

    /// <summary>The name of the category.</summary>
    public static string? Category(NpgsqlDataReader row) => row.IsDBNull(CategoryName) ? null : row.GetString(CategoryName);
}
