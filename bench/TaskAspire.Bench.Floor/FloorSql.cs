namespace TaskAspire.Bench.Floor;

/// <summary>The statements, prepared once a connection.</summary>
internal static class FloorSql
{
    public const string Columns = """
        t.id, t.title, t.description, t.status, t.priority, t.due_date, t.time_zone, t.category_id, c.name,
        ARRAY(SELECT n.name FROM task_tags x JOIN tags n ON n.id = x.tag_id WHERE x.task_id = t.id ORDER BY n.name COLLATE "C"),
        t.parent_id, r.ids, r.times, r.minutes,
        t.recurrence, t.completed_at, t.created_at, t.updated_at, t.version
        """;

    public const string Reminders = """
        CROSS JOIN LATERAL (
            SELECT array_agg(m.id) AS ids, array_agg(m.at) AS times, array_agg(m.minutes_before_due) AS minutes FROM task_reminders m WHERE m.task_id = t.id
        ) r
        """;

    public const string List = $"""
        SELECT {Columns}, (SELECT count(*) FROM tasks WHERE user_id = $1 AND deleted_at IS NULL)
        FROM (
            SELECT * FROM tasks WHERE user_id = $1 AND deleted_at IS NULL AND (created_at, id) < ($2, $3) ORDER BY created_at DESC, id DESC LIMIT 21
        ) t
        LEFT JOIN categories c ON c.id = t.category_id
        {Reminders}
        ORDER BY t.created_at DESC, t.id DESC
        """;

    public const string Single = $"""
        SELECT {Columns} FROM tasks t LEFT JOIN categories c ON c.id = t.category_id {Reminders}
        WHERE t.id = $1 AND t.user_id = $2 AND t.deleted_at IS NULL
        """;

    public const string InsertTask = """
        INSERT INTO tasks (id, user_id, title, description, status, priority, due_date, created_at, updated_at, version, overdue_at)
        VALUES ($1, $2, $3, $4, 'todo', 2, $5, $6, $6, 1, $5)
        """;

    public const string InsertTags = "INSERT INTO task_tags (task_id, tag_id) SELECT $1, id FROM tags WHERE user_id = $2 AND name_key = ANY ($3)";

    public const string InsertReminder = """
        INSERT INTO task_reminders (id, task_id, user_id, minutes_before_due, fire_at) VALUES ($1, $2, $3, $4, $5)
        """;

    public const string InsertEvent = """
        INSERT INTO webhook_events (id, user_id, type, task_id, tag_keys, payload, occurred_at) VALUES ($1, $2, 'task.created', $3, $4, $5, $6)
        """;

    public const string InsertChange = """
        INSERT INTO changes (user_id, entity, entity_id, operation, actor, occurred_at) VALUES ($1, 'task', $2, 'created', 'user', $3)
        """;
}
