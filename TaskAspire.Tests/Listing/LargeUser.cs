using Npgsql;
using TaskAspire.Tests.Fixtures;

namespace TaskAspire.Tests.Listing;

/// <summary>
/// A database with a user of 100,000 tasks among others. The last digits of a task's number decide what it is, so that every filter has
/// values that most tasks fit and values that hardly any fits.
/// </summary>
internal sealed class LargeUser(BackingServices services) : IAsyncDisposable
{
    public const int TaskCount = 100_000;

    public static readonly Guid Id = Guid.Parse("00000000-0000-7000-8000-000000000000");

    /// <summary>In SQL: md5 of a name as id of what bears it.</summary>
    private const string Seed = """
        -- VACUUM takes no page for visible to all whose commit may not be on disk yet.
        SET synchronous_commit = on;
        CREATE TEMP TABLE numbers AS
        SELECT n, CASE WHEN n <= 100000 THEN 0 ELSE 1 + n % 200 END AS u, timestamptz '2026-01-01 00:00Z' + n * interval '7 minutes' AS at FROM generate_series(1::bigint, 120000) n;
        INSERT INTO users (id, email, normalized_email, display_name, password_hash, created_at, updated_at)
        SELECT CASE u WHEN 0 THEN '00000000-0000-7000-8000-000000000000' ELSE md5('user' || u)::uuid END, u, u, u, '', now(), now() FROM generate_series(0, 200) u;
        CREATE TEMP TABLE owners AS SELECT id, email::int AS u FROM users;
        INSERT INTO categories (id, user_id, name, name_key, created_at, updated_at)
        SELECT md5('category' || o.u || '-' || c)::uuid, o.id, 'c' || c, 'c' || c, now(), now() FROM owners o, generate_series(0, 9) c;
        INSERT INTO tags (id, user_id, name, name_key, created_at)
        SELECT md5(t || o.u)::uuid, o.id, t, t, now() FROM owners o, unnest('{half,tenth,rare,early}'::text[]) t;
        INSERT INTO tasks (id, user_id, title, description, status, priority, due_date, category_id, parent_id, created_at, updated_at, version, deleted_at)
        SELECT md5('task' || n)::uuid, o.id,
            substr(md5('a' || n % 499), 1, 6) || ' ' || substr(md5('b' || n % 877), 1, 7) || ' ' || n % 100,
            CASE WHEN n % 3 > 0 THEN substr(md5('c' || n % 997), 1, 8) || repeat(' lorem ipsum dolor sit amet', 4)
                || CASE WHEN n % 2 = 0 THEN ' common' ELSE '' END || CASE WHEN n % 5000 = 1 THEN ' needle' ELSE '' END END,
            CASE WHEN n % 5000 = 3 THEN 'cancelled' WHEN n % 10 < 5 THEN 'todo' WHEN n % 10 = 5 THEN 'in_progress' ELSE 'done' END,
            CASE WHEN n % 5000 = 7 THEN 4 WHEN n % 7 = 0 THEN 3 WHEN n % 5 = 0 THEN 2 ELSE 0 END,
            CASE WHEN n % 3 > 0 THEN at + (n * 7919 % 1000 - 500) * interval '1 hour' END,
            CASE WHEN n % 4 > 0 THEN md5('category' || numbers.u || '-' || CASE WHEN n % 5000 = 9 THEN 9 ELSE n % 9 END)::uuid END,
            CASE WHEN n % 50 BETWEEN 1 AND 9 AND n BETWEEN 51 AND 99999 THEN md5('task' || n - n % 50)::uuid END,
            at, at + (n * 104729 % 5000) * interval '1 hour', 1, CASE WHEN n % 100 = 99 THEN now() END
        FROM numbers JOIN owners o USING (u);
        INSERT INTO task_tags (task_id, tag_id)
        SELECT md5('task' || n)::uuid, md5(t || u)::uuid FROM numbers,
            unnest('{half,tenth,rare,early}'::text[]) t
        WHERE CASE t WHEN 'half' THEN n % 2 = 0 WHEN 'tenth' THEN n % 10 = 0 WHEN 'rare' THEN n % 25000 = 5 ELSE n < 12000 END;
        INSERT INTO task_reminders (id, task_id, user_id, minutes_before_due)
        SELECT gen_random_uuid(), md5('task' || n)::uuid, o.id, 30 FROM numbers JOIN owners o USING (u) WHERE n % 20 = 1;
        """;

    private readonly OnFirstUse<string> _database = new(async token =>
    {
        var database = await services.CreateTaskDatabaseAsync(token);
        await using var connection = new NpgsqlConnection(database);
        await connection.OpenAsync(token);
        foreach (var sql in new[] { Seed, "VACUUM (ANALYZE)" })
        {
            await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 300 };
            await command.ExecuteNonQueryAsync(token);
        }

        return database;
    });

    public static LargeUser On(BackingServices services) => services.Share(() => new LargeUser(services));

    /// <summary>The connection string of the database.</summary>
    public Task<string> GetDatabaseAsync() => _database.GetAsync(TestContext.Current.CancellationToken);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
