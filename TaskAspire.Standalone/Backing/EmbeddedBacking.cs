using TaskAspire.Standalone.Backing.Postgres;
using TaskAspire.Standalone.Backing.Redis;
using TaskAspire.Standalone.Options;
using TaskAspire.Standalone.Output;
using TaskAspire.Standalone.Ports;
using TaskAspire.Standalone.Processes;
using TaskAspire.Standalone.Stack;

namespace TaskAspire.Standalone.Backing;

/// <summary>PostgreSQL and Redis as local processes, for a host of its own (the AppHost's <c>embedded</c> backing).</summary>
public sealed class EmbeddedBacking : IAsyncDisposable
{
    private readonly StackLock? _lock;
    private readonly PostgresServer? _postgres;
    private readonly RedisServer? _redis;

    private EmbeddedBacking(StackLock? stackLock, PostgresServer? postgres, string postgresConnectionString, RedisServer? redis, string redisConnectionString)
    {
        _lock = stackLock;
        _postgres = postgres;
        _redis = redis;
        PostgresConnectionString = postgresConnectionString;
        RedisConnectionString = redisConnectionString;
    }

    /// <summary>The database <c>taskdb</c>, in Npgsql's form.</summary>
    public string PostgresConnectionString { get; }

    /// <summary>The Redis server, in StackExchange.Redis's form.</summary>
    public string RedisConnectionString { get; }

    /// <summary>What runs, for people.</summary>
    internal string PostgresDescription => _postgres is null ? "PostgreSQL (given)" : $"PostgreSQL {_postgres.MajorVersion}";

    /// <inheritdoc cref="PostgresDescription" />
    internal string RedisDescription => _redis is null ? "Redis (given)" : _redis.Description;

    /// <summary>Starts both servers, keeping their data in <paramref name="dataDirectory"/>, and returns when they answer.</summary>
    /// <param name="dataDirectory">Where data is kept; null: the repository's <c>.taskaspire</c>.</param>
    /// <param name="postgresPort">PostgreSQL's port; 0 takes any free one.</param>
    /// <param name="redisPort">Redis's port; 0 takes any free one.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    /// <returns>The running servers; disposing of it stops them in order.</returns>
    /// <exception cref="StackException">One cannot be started; the message says why and what to do.</exception>
    public static Task<EmbeddedBacking> StartAsync(string? dataDirectory, int postgresPort, int redisPort, CancellationToken cancellationToken)
    {
        var options = new StandaloneOptions
        {
            DataDirectory = dataDirectory ?? Path.Combine(SourceTree.Root ?? Directory.GetCurrentDirectory(), ".taskaspire"),
            PostgresPort = postgresPort,
            RedisPort = redisPort,
        };
        return StartAsync(options, SilentOutput.Instance, cancellationToken);
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (_redis is not null)
        {
            await _redis.DisposeAsync();
        }
        if (_postgres is not null)
        {
            await _postgres.DisposeAsync();
        }
        _lock?.Dispose();
    }

    /// <summary>As above, with all options, for a host that shows what the servers write.</summary>
    internal static async Task<EmbeddedBacking> StartAsync(StandaloneOptions options, IStackOutput output, CancellationToken cancellationToken)
    {
        var directory = new DataDirectory(options.DataDirectory);
        directory.Create();
        var stackLock = StackLock.Take(directory.Root);
        try
        {
            var records = new ChildRecords(directory.Records, output);
            await records.StopLeftoversAsync(cancellationToken);
            return await StartAsync(options, directory, new PortAllocator(), records, output, stackLock, cancellationToken);
        }
        catch
        {
            stackLock.Dispose();
            throw;
        }
    }

    /// <summary>As above, inside a stack that holds the lock, the ports and the records.</summary>
    internal static async Task<EmbeddedBacking> StartAsync(
        StandaloneOptions options,
        DataDirectory directory,
        PortAllocator ports,
        ChildRecords records,
        IStackOutput output,
        StackLock? stackLock,
        CancellationToken cancellationToken)
    {
        var postgres = options.Postgres is null ? Postgres(options, directory, ports, records, output) : null;
        var redis = options.Redis is null ? Redis(options, directory, ports, records, output) : null;
        using var failed = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            var database = PostgresAsync(postgres, options.Postgres, failed.Token);
            var cache = RedisAsync(redis, options.Redis, failed.Token);
            await foreach (var finished in Task.WhenEach(database, cache))
            {
                // The first failure is the one to tell; the other start is called off.
                await finished;
            }
            return new EmbeddedBacking(stackLock, postgres, await database, redis, await cache);
        }
        catch
        {
            await failed.CancelAsync();
            await (redis?.DisposeAsync() ?? ValueTask.CompletedTask);
            await (postgres?.DisposeAsync() ?? ValueTask.CompletedTask);
            throw;
        }
    }

    private static PostgresServer Postgres(StandaloneOptions options, DataDirectory directory, PortAllocator ports, ChildRecords records, IStackOutput output) =>
        new(
            new PostgresServerOptions
            {
                Home = directory.Postgres,
                Packages = DataDirectory.Packages(directory.Root),
                Port = ports.Claim(options.PostgresPort, "PostgreSQL", OptionNames.PostgresPort),
                Password = directory.Secret("postgres-password"),
                Records = records,
            },
            output);

    private static RedisServer Redis(StandaloneOptions options, DataDirectory directory, PortAllocator ports, ChildRecords records, IStackOutput output) =>
        new(
            new RedisServerOptions
            {
                Home = directory.Root,
                Port = ports.Claim(options.RedisPort, "Redis", OptionNames.RedisPort),
                Password = directory.Secret("redis-password"),
                Records = records,
            },
            output);

    private static async Task<string> PostgresAsync(PostgresServer? server, string? given, CancellationToken cancellationToken)
    {
        if (server is null)
        {
            return await ExternalPostgres.PrepareAsync(given!, cancellationToken);
        }
        await server.StartAsync(cancellationToken);
        var connectionString = server.ConnectionString(ExternalPostgres.DefaultDatabase);
        await PostgresDatabase.EnsureAsync(connectionString, cancellationToken);
        return connectionString;
    }

    private static async Task<string> RedisAsync(RedisServer? server, string? given, CancellationToken cancellationToken)
    {
        if (server is null)
        {
            return await ExternalRedis.PrepareAsync(given!, cancellationToken);
        }
        await server.StartAsync(cancellationToken);
        return server.ConnectionString;
    }
}
