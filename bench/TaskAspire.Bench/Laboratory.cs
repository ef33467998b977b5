using System.Globalization;
using Npgsql;
using TaskAspire.Data.Webhooks;
using TaskAspire.Tests.Dispatcher;
using TaskAspire.Tests.Fixtures;

namespace TaskAspire.Bench;

/// <summary>A PostgreSQL server that keeps what it commits, with an empty database of the product.</summary>
internal sealed class Laboratory : IAsyncDisposable
{
    private readonly BackingServices _backing;
    private readonly PrivatePostgres _postgres;

    private Laboratory(BackingServices backing, PrivatePostgres postgres, DispatcherDatabase database) =>
        (_backing, _postgres, Database) = (backing, postgres, database);

    public DispatcherDatabase Database { get; }

    public string ConnectionString => Database.ConnectionString;

    public static async Task<Laboratory> OpenAsync(CancellationToken cancellationToken)
    {
        var backing = new BackingServices();
        var postgres = await backing.StartPrivatePostgresAsync(cancellationToken, durable: true);
        var database = DispatcherDatabase.Of(postgres.ConnectionString());
        await database.MigrateAsync(cancellationToken);
        return new Laboratory(backing, postgres, database);
    }

    /// <summary>Runs a statement, however long it takes.</summary>
    public async Task ExecuteAsync(string sql, CancellationToken cancellationToken, params (string Name, object Value)[] parameters)
    {
        await using var command = Database.Sql.CreateCommand(sql);
        command.CommandTimeout = 0;
        foreach (var (name, value) in parameters)
        {
            command.Parameters.AddWithValue(name, value);
        }

        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>As many users, each with one endpoint for one type of event.</summary>
    public async Task<Guid[]> AddEndpointsAsync(int count, Func<int, string> url, string events = WebhookEventTypes.TaskCreated)
    {
        var users = new Guid[count];
        for (var i = 0; i < count; i++)
        {
            users[i] = await Database.AddUserAsync();
            await Database.AddEndpointAsync(users[i], url(i), events);
        }

        return users;
    }

    /// <summary>Events that are due at once, one after the other for each of the users, and with them their deliveries.</summary>
    public Task AddEventsAsync(Guid[] users, int count, byte[] payload, CancellationToken cancellationToken) => ExecuteAsync(
        """
        INSERT INTO webhook_events (id, user_id, type, payload, occurred_at)
        SELECT uuid_v7(), (@users)[1 + n % cardinality(@users)], 'task.created', @payload, now() FROM generate_series(1, @count) n
        """,
        cancellationToken,
        ("users", users), ("count", count), ("payload", payload));

    /// <summary>Waits until the receiver has had as many requests, and all that came of them is recorded.</summary>
    public async Task DeliveredAsync(BenchReceiver receiver, long count, CancellationToken cancellationToken)
    {
        while (receiver.Count < count || await Database.ScalarAsync<bool>("SELECT EXISTS (SELECT FROM webhook_deliveries WHERE state = 0)"))
        {
            await Task.Delay(10, cancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Database.DisposeAsync();
        NpgsqlConnection.ClearAllPools();
        await _postgres.DisposeAsync();
        await _backing.DisposeAsync();
    }

    /// <summary>Writes a line of the report.</summary>
    public static void Say(string line) => Console.WriteLine(line);

    /// <summary>Writes a line of a claim, and says whether it holds.</summary>
    public static bool Claim(bool holds, string claim)
    {
        Say($"{(holds ? "holds " : "FAILS ")} {claim}");
        return holds;
    }

    public static string Number(double value) => value.ToString("#,0", CultureInfo.InvariantCulture);
}
