using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using TaskAspire.Data;
using TaskAspire.Data.Webhooks;
using TaskAspire.Tests.Fixtures;

namespace TaskAspire.Tests.Dispatcher;

/// <summary>A migrated database of a test's own, and what a test puts into it and reads from it.</summary>
internal sealed class DispatcherDatabase : IAsyncDisposable
{
    private const int CommandTimeoutSeconds = 120;

    private readonly ServiceProvider _services;

    private DispatcherDatabase(string connectionString, ServiceProvider services)
    {
        ConnectionString = connectionString;
        _services = services;
        Sql = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(connectionString) { MaxPoolSize = 4 }.ConnectionString);
    }

    public string ConnectionString { get; }

    public NpgsqlDataSource Sql { get; }

    public static async Task<DispatcherDatabase> CreateAsync(BackingServices backing, CancellationToken cancellationToken)
    {
        var connectionString = await backing.CreateDatabaseAsync(
            "dispatcher",
            async (template, token) =>
            {
                await using var database = Of(template);
                await database.MigrateAsync(token);
            },
            cancellationToken);
        return Of(connectionString);
    }

    public static DispatcherDatabase Of(string connectionString) => new(connectionString, Services(connectionString));

    public async Task MigrateAsync(CancellationToken cancellationToken)
    {
        await _services.GetRequiredService<DatabaseMigrator>().MigrateAsync(cancellationToken);
    }

    public async Task<Guid> AddUserAsync()
    {
        var id = Guid.CreateVersion7();
        await ExecuteAsync(
            "INSERT INTO users (id, email, normalized_email, display_name, password_hash, created_at, updated_at) VALUES (@id, @id::text, @id::text, 'Test', '', now(), now())",
            ("id", id));
        return id;
    }

    /// <summary>An endpoint with a secret of its own; and the secret.</summary>
    public async Task<(Guid Id, string Secret)> AddEndpointAsync(Guid user, string url, params string[] events)
    {
        var id = Guid.CreateVersion7();
        var secret = WebhookSecrets.Generate();
        await ExecuteAsync(
            """
            INSERT INTO webhook_endpoints (id, user_id, url, events, use_shared_secret, secret, enabled, consecutive_failures, created_at, updated_at)
            VALUES (@id, @user, @url, @events, false, @secret, true, 0, now(), now())
            """,
            ("id", id), ("user", user), ("url", url), ("events", events.Length == 0 ? WebhookEventTypes.All.ToArray() : events),
            ("secret", Protect(secret)));
        return (id, secret);
    }

    /// <summary>Several at one address; to the dispatcher each is one of its own.</summary>
    public async Task AddEndpointsAsync(Guid user, int count, string url)
    {
        for (var i = 0; i < count; i++)
        {
            await AddEndpointAsync(user, url);
        }
    }

    /// <summary>The form in which a secret is stored.</summary>
    public string Protect(string secret) => _services.GetRequiredService<WebhookSecrets>().Protect(secret);

    /// <summary>The secret that was stored.</summary>
    public string Unprotect(string stored) => _services.GetRequiredService<WebhookSecrets>().Unprotect(stored);

    /// <summary>Events, each delivered to the user's endpoints by the trigger.</summary>
    public async Task<Guid[]> AddEventsAsync(Guid user, int count, string type = WebhookEventTypes.TaskCreated, string? traceParent = null)
    {
        var ids = Enumerable.Range(0, count).Select(_ => Guid.CreateVersion7()).ToArray();
        await ExecuteAsync(
            """
            INSERT INTO webhook_events (id, user_id, type, payload, occurred_at, trace_parent)
            SELECT id, @user, @type, convert_to('{"event":"' || @type || '","id":"' || id || '"}', 'UTF8'), now(), @trace FROM unnest(@ids) AS e (id)
            """,
            ("user", user), ("type", type), ("ids", ids), ("trace", (object?)traceParent ?? DBNull.Value));
        return ids;
    }

    /// <summary>Open tasks, each with one reminder.</summary>
    public Task AddRemindersAsync(Guid user, int count, DateTimeOffset at, string status = "todo", bool deleted = false) => ExecuteAsync(
        """
        WITH tasks AS (
            INSERT INTO tasks (id, user_id, title, status, priority, due_date, created_at, updated_at, deleted_at, version)
            SELECT gen_random_uuid(), @user, 'Task ' || n, @status, 0, @at, now(), now(), CASE WHEN @deleted THEN now() END, 1 FROM generate_series(1, @count) n
            RETURNING id)
        INSERT INTO task_reminders (id, task_id, user_id, at, fire_at) SELECT gen_random_uuid(), id, @user, @at, @at FROM tasks
        """,
        ("user", user), ("count", count), ("at", at.UtcDateTime), ("status", status), ("deleted", deleted));

    public async Task ExecuteAsync(string sql, params (string Name, object Value)[] parameters)
    {
        await using var command = Command(sql, parameters);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    public async Task<T> ScalarAsync<T>(string sql, params (string Name, object Value)[] parameters)
    {
        await using var command = Command(sql, parameters);
        return (T)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }

    /// <summary>Waits until the statement's count is the expected one.</summary>
    public Task CountAsync(long expected, string sql, TimeSpan? timeout = null, params (string Name, object Value)[] parameters) => Eventually.TrueAsync(
        async () => await ScalarAsync<long>(sql, parameters) == expected, TestContext.Current.CancellationToken, timeout);

    public async ValueTask DisposeAsync()
    {
        await Sql.DisposeAsync();
        await _services.DisposeAsync();
    }

    private NpgsqlCommand Command(string sql, (string Name, object Value)[] parameters)
    {
        var command = Sql.CreateCommand(sql);
        // Some make a hundred thousand rows, beside other tests; how long a test may wait is up to the test.
        command.CommandTimeout = CommandTimeoutSeconds;
        foreach (var (name, value) in parameters)
        {
            command.Parameters.Add(value is DBNull ? new NpgsqlParameter(name, NpgsqlTypes.NpgsqlDbType.Text) { Value = value } : new NpgsqlParameter(name, value));
        }

        return command;
    }

    private static ServiceProvider Services(string connectionString)
    {
        var services = new ServiceCollection();
        services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.None));
        services.AddSingleton<IHostEnvironment>(new TestEnvironment());
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder()
            .AddInMemoryCollection([KeyValuePair.Create("ConnectionStrings:taskdb", (string?)(connectionString + ";Minimum Pool Size=0"))]).Build());
        services.AddDbContextPool<TaskDbContext>(TaskDatabase.Configure);
        services.AddTaskDatabase();
        return services.BuildServiceProvider();
    }

    private sealed class TestEnvironment : IHostEnvironment
    {
        public string EnvironmentName { get; set; } = "Development";

        public string ApplicationName { get; set; } = "TaskAspire.Tests";

        public string ContentRootPath { get; set; } = AppContext.BaseDirectory;

        public Microsoft.Extensions.FileProviders.IFileProvider ContentRootFileProvider { get; set; } = new Microsoft.Extensions.FileProviders.NullFileProvider();
    }
}
