using System.Net.Http.Json;
using System.Text.Json;
using Npgsql;
using NpgsqlTypes;

namespace TaskAspire.Bench.Yardstick.Load;

/// <summary>Somebody who asks.</summary>
internal sealed record Caller(Guid Id, string Email, string Token);

/// <summary>The users and tasks that are measured with; loaded once and kept with the data directory.</summary>
internal sealed class Population(NpgsqlDataSource database)
{
    public const int Users = 1_000;
    public const int TasksEach = 200;
    public const int TasksOfOne = 100_000;

    private const int FirstWriter = 901;
    private const int Writers = 50;
    private const int Readers = 100;
    private const string Template = "template@load.example";
    private const string Password = "Analytical-Engine-1";

    /// <summary>Users with 200 tasks whose data nobody changes.</summary>
    public IReadOnlyList<Caller> Reading { get; private set; } = [];

    /// <summary>Users whose tasks are made while it is measured.</summary>
    public IReadOnlyList<Caller> Writing { get; private set; } = [];

    /// <summary>The one with 100,000.</summary>
    public Caller Heavy { get; private set; } = null!;

    /// <summary>Loads what is not there, through the product where it is about accounts.</summary>
    public async Task LoadAsync(HttpClient api, CancellationToken cancellationToken)
    {
        if (await ScalarAsync<long>("SELECT count(*) FROM users WHERE email LIKE 'user%@load.example'", cancellationToken) == 0)
        {
            using var registered = await api.PostAsJsonAsync("/api/v1/auth/register", new { email = Template, password = Password }, cancellationToken);
            registered.EnsureSuccessStatusCode();
            await RunAsync("users.sql", cancellationToken, (Template, NpgsqlDbType.Text), (Users + 1, NpgsqlDbType.Integer));
            await AddTasksAsync(await UsersAsync(1, FirstWriter - 1, cancellationToken), TasksEach, cancellationToken);
            await AddTasksAsync(await UsersAsync(FirstWriter, Users, cancellationToken), TasksEach, cancellationToken);
            await AddTasksAsync(await UsersAsync(Users + 1, Users + 1, cancellationToken), TasksOfOne, cancellationToken);
            await ExecuteAsync("VACUUM ANALYZE", cancellationToken);
        }

        Reading = await LogInAsync(api, 1, Readers, cancellationToken);
        Writing = await LogInAsync(api, FirstWriter, Writers, cancellationToken);
        Heavy = (await LogInAsync(api, Users + 1, 1, cancellationToken))[0];
    }

    /// <summary>The newest tasks of a user.</summary>
    public async Task<List<Guid>> NewestTasksAsync(Guid user, int count, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("SELECT id FROM tasks WHERE user_id = $1 ORDER BY created_at DESC LIMIT $2");
        command.Parameters.Add(new NpgsqlParameter { Value = user });
        command.Parameters.Add(new NpgsqlParameter { Value = count });
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var ids = new List<Guid>();
        while (await rows.ReadAsync(cancellationToken))
        {
            ids.Add(rows.GetGuid(0));
        }

        return ids;
    }

    /// <summary>Removes what was written while it was measured, so that each round finds the same.</summary>
    public Task ForgetWrittenAsync(CancellationToken cancellationToken) => ExecuteAsync(
        """
        DELETE FROM tasks WHERE title = 'Prepare the quarterly report'; DELETE FROM webhook_events; DELETE FROM changes; DELETE FROM change_counters;
        VACUUM tasks, task_tags, task_reminders, webhook_events, changes, change_counters
        """, cancellationToken);

    public Task AddDeliveriesAsync(int count, CancellationToken cancellationToken) => RunAsync("deliveries.sql", cancellationToken, (count, NpgsqlDbType.Integer));

    public Task AddEndpointsAsync(string url, CancellationToken cancellationToken) => RunAsync("endpoints.sql", cancellationToken, (url, NpgsqlDbType.Text));

    public Task AddEventsAsync(int count, CancellationToken cancellationToken) => RunAsync("events.sql", cancellationToken, (count, NpgsqlDbType.Integer));

    public Task ForgetDeliveriesAsync(CancellationToken cancellationToken) => ExecuteAsync("TRUNCATE webhook_endpoints, webhook_events CASCADE", cancellationToken);

    public async Task ExecuteAsync(string sql, CancellationToken cancellationToken)
    {
        foreach (var statement in sql.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            await using var command = database.CreateCommand(statement);
            command.CommandTimeout = 0;
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    public async Task<T> ScalarAsync<T>(string sql, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(sql);
        command.CommandTimeout = 0;
        return (T)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private Task AddTasksAsync(Guid[] users, int count, CancellationToken cancellationToken) =>
        RunAsync("tasks.sql", cancellationToken, (users, NpgsqlDbType.Array | NpgsqlDbType.Uuid), (count, NpgsqlDbType.Integer));

    private async Task<Guid[]> UsersAsync(int first, int last, CancellationToken cancellationToken)
    {
        var emails = Enumerable.Range(first, last - first + 1).Select(Email).ToArray();
        await using var command = database.CreateCommand("SELECT array_agg(id) FROM users WHERE email = ANY ($1)");
        command.Parameters.Add(new NpgsqlParameter { Value = emails });
        return (Guid[])(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private static async Task<Caller[]> LogInAsync(HttpClient api, int first, int count, CancellationToken cancellationToken)
    {
        var callers = new Caller[count];
        await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = cancellationToken }, async (i, token) =>
        {
            var email = Email(first + i);
            using var answer = await api.PostAsJsonAsync("/api/v1/auth/login", new { email, password = Password }, token);
            answer.EnsureSuccessStatusCode();
            var accessToken = (await answer.Content.ReadFromJsonAsync<JsonElement>(token)).GetProperty("accessToken").GetString()!;
            using var me = new HttpRequestMessage(HttpMethod.Get, "/api/v1/auth/me");
            me.Headers.Authorization = new("Bearer", accessToken);
            using var who = await api.SendAsync(me, token);
            callers[i] = new Caller((await who.Content.ReadFromJsonAsync<JsonElement>(token)).GetProperty("id").GetGuid(), email, accessToken);
        });
        return callers;
    }

    private static string Email(int number) => FormattableString.Invariant($"user{number}@load.example");

    private async Task RunAsync(string script, CancellationToken cancellationToken, params (object Value, NpgsqlDbType Type)[] parameters)
    {
        await using var stream = typeof(Population).Assembly.GetManifestResourceStream(script)!;
        using var reader = new StreamReader(stream);
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        foreach (var statement in (await reader.ReadToEndAsync(cancellationToken)).Split(";\n", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            await using var command = new NpgsqlCommand(statement, connection) { CommandTimeout = 0 };
            for (var i = 0; i < parameters.Length; i++)
            {
                // PostgreSQL takes no value that a statement has no use for.
                if (statement.Contains(FormattableString.Invariant($"${i + 1}"), StringComparison.Ordinal))
                {
                    command.Parameters.Add(new NpgsqlParameter { Value = parameters[i].Value, NpgsqlDbType = parameters[i].Type });
                }
            }

            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }
}
