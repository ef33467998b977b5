using System.Text.Json;
using Npgsql;
using TaskAspire.ApiService.Availability;
using TaskAspire.ApiService.Reading;
using TaskAspire.ApiService.Tasks;
using TaskAspire.Tests.Fixtures;

namespace TaskAspire.Tests.Reading;

public sealed class TaskLookupsTests(BackingServices services)
{
    /// <summary>Ten tasks of each of three users; of every second a tag, of every third a reminder. The last of each is in the trash.</summary>
    private const string Seed = """
        CREATE FUNCTION pg_temp.user_id(u int) RETURNS uuid RETURN ('00000000-0000-7000-8000-' || lpad(u::text, 12, '0'))::uuid;
        CREATE FUNCTION pg_temp.task_id(u int, n int) RETURNS uuid RETURN ('00000000-0000-7000-8001-' || lpad((100 * u + n)::text, 12, '0'))::uuid;
        INSERT INTO users (id, email, normalized_email, display_name, password_hash, created_at, updated_at)
        SELECT pg_temp.user_id(u), u, u, u, '', now(), now() FROM generate_series(1, 3) u;
        INSERT INTO tags (id, user_id, name, name_key, created_at) SELECT pg_temp.user_id(u), pg_temp.user_id(u), 'tag ' || u, 'tag ' || u, now() FROM generate_series(1, 3) u;
        INSERT INTO tasks (id, user_id, title, status, priority, created_at, updated_at, version, deleted_at)
        SELECT pg_temp.task_id(u, n), pg_temp.user_id(u), u || '/' || n, 'todo', 0, now(), now(), n, CASE WHEN n = 10 THEN now() END
        FROM generate_series(1, 3) u, generate_series(1, 10) n;
        INSERT INTO task_tags (task_id, tag_id) SELECT pg_temp.task_id(u, n), pg_temp.user_id(u) FROM generate_series(1, 3) u, generate_series(2, 10, 2) n;
        INSERT INTO task_reminders (id, task_id, user_id, minutes_before_due)
        SELECT gen_random_uuid(), pg_temp.task_id(u, n), pg_temp.user_id(u), n FROM generate_series(1, 3) u, generate_series(3, 10, 3) n;
        """;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Whoever_asks_at_the_same_time_gets_their_own_tasks_and_no_others()
    {
        await using var database = await TestedDatabase.CreateAsync(services);
        var asked =
            from user in Enumerable.Range(1, 3)
            from owner in Enumerable.Range(1, 3)
            from number in Enumerable.Range(1, 11)
            select (user, owner, number);

        await Parallel.ForEachAsync(asked.Concat(asked), new ParallelOptions { MaxDegreeOfParallelism = 64, CancellationToken = Cancel }, async (lookup, token) =>
        {
            var (user, owner, number) = lookup;
            var found = await database.Lookups.FindAsync(UserId(user), TaskId(owner, number), token);
            if (owner != user || number >= 10)
            {
                Assert.Null(found);
                return;
            }

            using var task = JsonDocument.Parse(found!.Body.Written);
            Assert.Equal($"{owner}/{number}", task.RootElement.GetProperty("title").GetString());
            Assert.Equal(number, task.RootElement.GetProperty("version").GetInt64());
            Assert.Equal(number % 2 == 0 ? [$"tag {owner}"] : [], task.RootElement.GetProperty("tags").EnumerateArray().Select(tag => tag.GetString()));
            Assert.Equal(number % 3 == 0 ? [number] : [], task.RootElement.GetProperty("reminders").EnumerateArray().Select(r => r.GetProperty("minutesBeforeDue").GetInt32()));
            found.Body.Return();
        });
    }

    [Fact]
    public async Task Those_asked_for_while_one_is_read_take_one_statement()
    {
        await using var database = await TestedDatabase.CreateAsync(services);
        var first = database.FindAsync(1);
        Assert.Equal("1/1", await first);
        await using var held = await database.HoldAsync();
        var stuck = database.FindAsync(1);
        var others = Enumerable.Range(2, 8).Select(database.FindAsync).ToList();
        // The first waits for the table, and in a moment nobody waits for it any more.
        await database.WaitingAsync(statements => statements >= 2);
        await held.ReleaseAsync();
        Assert.Equal("1/1", await stuck);
        Assert.Equal(Enumerable.Range(2, 8).Select(number => $"1/{number}"), await Task.WhenAll(others));
        // Two, unless this test was held up while it asked.
        Assert.InRange(database.MostAtOnce, 2, 5);
    }

    [Fact]
    public async Task A_connection_that_breaks_is_replaced()
    {
        await using var database = await TestedDatabase.CreateAsync(services);
        await using var held = await database.HoldAsync();
        var found = database.FindAsync(4);
        await database.WaitingAsync(statements => statements == 1);
        await database.ExecuteAsync("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'");
        await held.ReleaseAsync();
        Assert.Equal("1/4", await found);
    }

    [Fact]
    public async Task The_server_stops_looking_when_nobody_waits_any_more()
    {
        await using var database = await TestedDatabase.CreateAsync(services);
        await using var held = await database.HoldAsync();
        using var leave = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var left = database.Lookups.FindAsync(UserId(1), TaskId(1, 1), leave.Token);
        await database.WaitingAsync(statements => statements == 1);
        await leave.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => left);
        await database.WaitingAsync(statements => statements == 0);
        await held.ReleaseAsync();
        Assert.Equal("1/2", await database.FindAsync(2));
    }

    private static Guid UserId(int user) => Guid.Parse($"00000000-0000-7000-8000-{user:D12}");

    private static Guid TaskId(int user, int number) => Guid.Parse($"00000000-0000-7000-8001-{(100 * user) + number:D12}");

    private sealed class TestedDatabase : IAsyncDisposable
    {
        private readonly NpgsqlDataSource _source;
        private readonly NpgsqlDataSource _aside;
        private readonly ConnectionQueue _connections;

        private TestedDatabase(string connectionString)
        {
            _source = NpgsqlDataSource.Create(connectionString);
            _aside = NpgsqlDataSource.Create(connectionString);
            _connections = new ConnectionQueue(_source);
            Lookups = new TaskLookups(new DatabaseReads(_source, _connections));
        }

        public TaskLookups Lookups { get; }

        /// <summary>The most statements that were seen to wait.</summary>
        public long MostAtOnce { get; private set; }

        public static async Task<TestedDatabase> CreateAsync(BackingServices services)
        {
            var database = new TestedDatabase(await services.CreateTaskDatabaseAsync(Cancel));
            await database.ExecuteAsync(Seed);
            return database;
        }

        /// <summary>The title of a task of the first user.</summary>
        public async Task<string?> FindAsync(int number)
        {
            var found = await Lookups.FindAsync(UserId(1), TaskId(1, number), Cancel);
            using var task = JsonDocument.Parse(found!.Body.Written);
            var title = task.RootElement.GetProperty("title").GetString();
            found.Body.Return();
            return title;
        }

        /// <summary>Nobody can read tasks until it is released.</summary>
        public async Task<HeldTable> HoldAsync()
        {
            var connection = await _aside.OpenConnectionAsync(Cancel);
            await using var command = new NpgsqlCommand("BEGIN; LOCK TABLE tasks IN ACCESS EXCLUSIVE MODE", connection);
            await command.ExecuteNonQueryAsync(Cancel);
            return new HeldTable(connection);
        }

        public Task WaitingAsync(Predicate<long> wanted) => Eventually.TrueAsync(
            async () =>
            {
                await using var command = _aside.CreateCommand("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'");
                var waiting = (long)(await command.ExecuteScalarAsync(Cancel))!;
                MostAtOnce = Math.Max(MostAtOnce, waiting);
                return wanted(waiting);
            },
            Cancel);

        public async Task ExecuteAsync(string sql)
        {
            await using var command = _aside.CreateCommand(sql);
            await command.ExecuteNonQueryAsync(Cancel);
        }

        public async ValueTask DisposeAsync()
        {
            _connections.Dispose();
            await _source.DisposeAsync();
            await _aside.DisposeAsync();
        }
    }

    private sealed class HeldTable(NpgsqlConnection connection) : IAsyncDisposable
    {
        public async Task ReleaseAsync()
        {
            await using var command = new NpgsqlCommand("COMMIT", connection);
            await command.ExecuteNonQueryAsync(Cancel);
        }

        public ValueTask DisposeAsync() => connection.DisposeAsync();
    }
}
