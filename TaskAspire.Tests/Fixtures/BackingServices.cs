using System.Collections.Concurrent;
using System.Globalization;
using Npgsql;
using StackExchange.Redis;
using TaskAspire.Standalone;
using TaskAspire.Standalone.Backing.Postgres;
using TaskAspire.Standalone.Backing.Redis;
using TaskAspire.Standalone.Output;
using TaskAspire.Standalone.Ports;
using TaskAspire.Standalone.Stack;
using TaskAspire.Tests.Fixtures;

[assembly: AssemblyFixture(typeof(BackingServices))]

namespace TaskAspire.Tests.Fixtures;

/// <summary>
/// One PostgreSQL and one Redis-compatible server for the whole test run, each started when a test first asks for it.
/// <c>TASKASPIRE_TEST_POSTGRES</c> and <c>TASKASPIRE_TEST_REDIS</c> name servers to use instead (connection string or URL).
/// Test classes take it as a constructor parameter.
/// </summary>
public sealed class BackingServices : IAsyncDisposable
{
    private const string PostgresVariable = "TASKASPIRE_TEST_POSTGRES";
    private const string RedisVariable = "TASKASPIRE_TEST_REDIS";

    private readonly TestDirectory _directory = new();
    private readonly OnFirstUse<string> _postgres;
    private readonly OnFirstUse<RedisDatabases> _redis;
    private readonly ConcurrentDictionary<string, OnFirstUse<string>> _templates = new();
    private readonly ConcurrentBag<string> _databases = [];
    private readonly ConcurrentDictionary<Type, Lazy<IAsyncDisposable>> _shared = new();
    private PostgresServer? _postgresServer;
    private RedisServer? _redisServer;

    public BackingServices()
    {
        _postgres = new OnFirstUse<string>(StartPostgresAsync);
        _redis = new OnFirstUse<RedisDatabases>(StartRedisAsync);
    }

    /// <summary>A new, empty database.</summary>
    /// <returns>Its connection string.</returns>
    public async Task<string> CreateDatabaseAsync(CancellationToken cancellationToken) =>
        await CreateAsync(await _postgres.GetAsync(cancellationToken), "template1", cancellationToken);

    /// <summary>A new database that is a copy of a template, which <paramref name="build"/> fills once per test run (migrations).</summary>
    /// <param name="template">The template's name.</param>
    /// <param name="build">Is given the connection string of the template, empty.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Its connection string.</returns>
    public async Task<string> CreateDatabaseAsync(string template, Func<string, CancellationToken, Task> build, CancellationToken cancellationToken)
    {
        var server = await _postgres.GetAsync(cancellationToken);
        var source = await _templates
            .GetOrAdd(template, _ => new OnFirstUse<string>(token => BuildTemplateAsync(server, build, token)))
            .GetAsync(cancellationToken);
        return await CreateAsync(server, source, cancellationToken);
    }

    /// <summary>A Redis database that nobody else uses, empty, until the lease is disposed of. Channels (pub/sub) are shared by all.</summary>
    public async Task<RedisLease> RentRedisAsync(CancellationToken cancellationToken) =>
        await (await _redis.GetAsync(cancellationToken)).RentAsync(cancellationToken);

    /// <summary>A PostgreSQL server that nobody else uses, to stop and crash.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <param name="durable">Whether what was committed outlives a crash, and is as slow as that; vacuums by itself, too.</param>
    public async Task<PrivatePostgres> StartPrivatePostgresAsync(CancellationToken cancellationToken, bool durable = false)
    {
        var server = CreatePostgres("private-" + Guid.CreateVersion7().ToString("N"), durable);
        await server.StartAsync(cancellationToken);
        return new PrivatePostgres(server);
    }

    /// <summary>A Redis-compatible server that nobody else uses, to stop and crash. It forgets everything when it ends.</summary>
    public async Task<PrivateRedis> StartPrivateRedisAsync(CancellationToken cancellationToken)
    {
        var server = CreateRedis("private-" + Guid.CreateVersion7().ToString("N"));
        await server.StartAsync(cancellationToken);
        return new PrivateRedis(server);
    }

    /// <summary>Something built on these servers that many test classes use; made once, and disposed of before the servers end.</summary>
    public T Share<T>(Func<T> create)
        where T : class, IAsyncDisposable =>
        (T)_shared.GetOrAdd(typeof(T), _ => new Lazy<IAsyncDisposable>(create)).Value;

    public async ValueTask DisposeAsync()
    {
        foreach (var shared in _shared.Values)
        {
            await shared.Value.DisposeAsync();
        }

        NpgsqlConnection.ClearAllPools();
        if (_postgresServer is not null)
        {
            await _postgresServer.DisposeAsync();
        }
        else if (_postgres.IsStarted)
        {
            await DropAllAsync(await _postgres.GetAsync(CancellationToken.None));
        }
        if (_redis.IsStarted)
        {
            await (await _redis.GetAsync(CancellationToken.None)).DisposeAsync();
        }
        if (_redisServer is not null)
        {
            await _redisServer.DisposeAsync();
        }
        _directory.Dispose();
    }

    private async Task<string> StartPostgresAsync(CancellationToken cancellationToken)
    {
        if (Environment.GetEnvironmentVariable(PostgresVariable) is { Length: > 0 } given)
        {
            var server = ExternalPostgres.Parse(given);
            server.Database = "postgres";
            return server.ConnectionString;
        }
        _postgresServer = CreatePostgres("shared");
        await _postgresServer.StartAsync(cancellationToken);
        return _postgresServer.ConnectionString("postgres");
    }

    private async Task<RedisDatabases> StartRedisAsync(CancellationToken cancellationToken)
    {
        if (Environment.GetEnvironmentVariable(RedisVariable) is { Length: > 0 } given)
        {
            return await RedisDatabases.ConnectAsync(ExternalRedis.Parse(given), cancellationToken);
        }
        _redisServer = CreateRedis("shared");
        await _redisServer.StartAsync(cancellationToken);
        return await RedisDatabases.ConnectAsync(ConfigurationOptions.Parse(_redisServer.ConnectionString), cancellationToken);
    }

    private PostgresServer CreatePostgres(string name, bool durable = false) => new(
        new PostgresServerOptions
        {
            Home = _directory.Postgres(name),
            Packages = DataDirectory.Packages(SourceTree.Root!),
            Port = new PortAllocator().ClaimFree(),
            Password = "test",
            Durable = durable,
        },
        SilentOutput.Instance);

    private RedisServer CreateRedis(string name) => new(
        new RedisServerOptions
        {
            Home = _directory.Redis(name),
            Port = new PortAllocator().ClaimFree(),
            Password = "test",
            Durable = false,
        },
        SilentOutput.Instance);

    private async Task<string> BuildTemplateAsync(string server, Func<string, CancellationToken, Task> build, CancellationToken cancellationToken)
    {
        var template = await CreateAsync(server, "template1", cancellationToken);
        await build(template, cancellationToken);
        // A template that somebody is connected to cannot be copied.
        await using var connection = new NpgsqlConnection(template);
        NpgsqlConnection.ClearPool(connection);
        return connection.Database;
    }

    private async Task<string> CreateAsync(string server, string template, CancellationToken cancellationToken)
    {
        var name = "test_" + Guid.CreateVersion7().ToString("N");
        _databases.Add(name);
        await ExecuteAsync(server, $"CREATE DATABASE {name} TEMPLATE {template}", cancellationToken);
        return new NpgsqlConnectionStringBuilder(server) { Database = name, ConnectionIdleLifetime = 10 }.ConnectionString;
    }

    private async Task DropAllAsync(string server)
    {
        foreach (var database in _databases)
        {
            await ExecuteAsync(server, string.Create(CultureInfo.InvariantCulture, $"DROP DATABASE IF EXISTS {database} WITH (FORCE)"), CancellationToken.None);
        }
    }

    private static async Task ExecuteAsync(string server, string sql, CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(server) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 60 };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
