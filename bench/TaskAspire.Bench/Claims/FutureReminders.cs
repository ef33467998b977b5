namespace TaskAspire.Bench.Claims;

/// <summary>Reminders that wait for later, over a month from tomorrow on.</summary>
internal static class FutureReminders
{
    public static Task AddAsync(Laboratory laboratory, Guid[] users, int count, int ofEachTask, CancellationToken cancellationToken) => laboratory.ExecuteAsync(
        """
        WITH new_tasks AS (
            INSERT INTO tasks (id, user_id, title, status, priority, created_at, updated_at, version)
            SELECT uuid_v7(), (@users)[1 + n % cardinality(@users)], 'Task ' || n, 'todo', 0, now(), now(), 1 FROM generate_series(1, ceil(@count::float8 / @of_each)::int) n
            RETURNING id, user_id)
        INSERT INTO task_reminders (id, task_id, user_id, at, fire_at)
        SELECT uuid_v7(), t.id, t.user_id, r.at, r.at
        FROM new_tasks t
        CROSS JOIN LATERAL (SELECT now() + interval '1 day' + (n - 1 + random()) * interval '30 days' / @of_each AS at FROM generate_series(1, @of_each) n) r
        LIMIT @count
        """,
        cancellationToken,
        ("users", users), ("count", count), ("of_each", ofEachTask));
}
