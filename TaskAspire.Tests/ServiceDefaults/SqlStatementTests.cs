using Npgsql;
using TaskAspire.ApiService.Tasks;
using TaskAspire.ServiceDefaults.Telemetry;

namespace TaskAspire.Tests.ServiceDefaults;

public class SqlStatementTests
{
    [Theory]
    [InlineData("SELECT 1", "select", "none")]
    [InlineData("select t.id from tasks as t", "select", "tasks")]
    [InlineData("-- a comment about users\nSELECT * FROM \"Tasks\" AS t", "select", "tasks")]
    [InlineData("SELECT * FROM public.tasks WHERE title = 'FROM users'", "select", "tasks")]
    [InlineData("SELECT t0.id FROM (\n SELECT t.id FROM tasks AS t LIMIT 1) AS t0", "select", "tasks")]
    [InlineData("SELECT n FROM unnest(@ids) AS n JOIN tags ON tags.id = n", "select", "tags")]
    [InlineData("INSERT INTO task_tags (task_id) VALUES (1) RETURNING id", "insert", "task_tags")]
    [InlineData("INSERT INTO tags (n) SELECT n FROM other ON CONFLICT DO UPDATE SET n = 1", "insert", "tags")]
    [InlineData("UPDATE tasks SET title = @p0 WHERE id = @p1", "update", "tasks")]
    [InlineData("DELETE FROM ONLY refresh_sessions WHERE id = 1", "delete", "refresh_sessions")]
    [InlineData("WITH due AS (SELECT id FROM webhook_deliveries FOR UPDATE SKIP LOCKED) UPDATE webhook_deliveries d SET x = 1 FROM due", "update", "webhook_deliveries")]
    [InlineData("WITH a AS MATERIALIZED (SELECT 1), b(x) AS (DELETE FROM changes RETURNING id) SELECT * FROM b", "delete", "changes")]
    [InlineData("WITH RECURSIVE tree AS (SELECT id FROM tasks UNION ALL SELECT t.id FROM tasks t JOIN tree ON true) SELECT * FROM tree", "select", "tasks")]
    [InlineData("SELECT * FROM tasks WHERE id = 1 FOR NO KEY UPDATE", "select", "tasks")]
    [InlineData("LISTEN webhook_deliveries", "other", "none")]
    [InlineData("BEGIN", "other", "none")]
    [InlineData("", "other", "none")]
    public void Is_read_roughly(string sql, string queryType, string table) =>
        Assert.Equal(new SqlStatement(queryType, table), SqlStatement.Parse(sql));

    [Fact]
    public void Lists_that_are_asked_for_together_are_a_select_of_tasks()
    {
        NpgsqlBatchCommand[] batch = [TaskListSql.SetCommonPlan(), List(new TaskListQuery()), List(new TaskListQuery { Limit = 5, Page = 1 })];
        Assert.Equal(new SqlStatement("select", "tasks"), SqlStatement.Parse(string.Join('\n', batch.Select(s => s.CommandText))));

        static NpgsqlBatchCommand List(TaskListQuery query) => TaskListSql.Page(Guid.NewGuid(), query, DateTimeOffset.UnixEpoch, isCounted: true);
    }

    [Fact]
    public void Batches_that_begin_alike_are_read_once()
    {
        var statements = new SqlStatements();
        var list = $"SELECT {new string('x', 2_000)} FROM tasks";
        Assert.Same(statements.Read(list), statements.Read(list + list));
        Assert.Equal("categories", statements.Read($"SELECT {new string('y', 2_000)} FROM categories").Table);
    }

    [Fact]
    public void Made_up_names_do_not_make_a_series_each()
    {
        var statements = new SqlStatements();
        var tables = Enumerable.Range(0, 5_000).Select(i => statements.Read($"SELECT * FROM made_up_{i}").Table).Distinct();
        Assert.InRange(tables.Count(), 2, 101);
    }
}
