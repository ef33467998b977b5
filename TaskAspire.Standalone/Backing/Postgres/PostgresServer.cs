using System.Globalization;
using Npgsql;
using TaskAspire.Standalone.Output;
using TaskAspire.Standalone.Processes;

namespace TaskAspire.Standalone.Backing.Postgres;

/// <summary>How a PostgreSQL server is run.</summary>
internal sealed record PostgresServerOptions
{
    /// <summary>The folder that holds the server's data.</summary>
    public required string Home { get; init; }

    /// <summary>Where downloaded servers are kept.</summary>
    public required string Packages { get; init; }

    public required int Port { get; init; }

    public required string Password { get; init; }

    /// <summary>False: an acknowledged write may be lost when the machine goes down; much faster, for tests.</summary>
    public bool Durable { get; init; } = true;

    /// <summary>See <see cref="SupervisedChild.Records"/>.</summary>
    public ChildRecords? Records { get; init; }
}

/// <summary>A PostgreSQL server as a child of this process, on the loopback address.</summary>
internal sealed class PostgresServer : IAsyncDisposable
{
    public const string UserName = "postgres";
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);

    // Tell nothing: every start and stop says them.
    private static readonly string[] Chatter = ["LOG:  ", "HINT:  Future log output", "FATAL:  the database system is starting up", "FATAL:  the database system is not yet accepting connections"];

    private readonly PostgresServerOptions _options;
    private readonly IStackOutput _output;
    private readonly SupervisedChild _child;
    private UnixUser? _user;
    private PostgresInstallation? _installation;

    public PostgresServer(PostgresServerOptions options, IStackOutput output)
    {
        _options = options;
        _output = output;
        _child = new SupervisedChild("postgres", PrepareAsync, output)
        {
            Records = options.Records,
            Shows = line => !Chatter.Any(chatter => line.StartsWith(chatter, StringComparison.Ordinal)),
        };
    }

    /// <summary>The version of the server that runs.</summary>
    public int MajorVersion => _installation?.MajorVersion ?? 0;

    /// <summary>The server process, if it runs.</summary>
    public int? ProcessId => _child.ProcessId;

    /// <summary>The connection string, in Npgsql's form, for a database of this server.</summary>
    public string ConnectionString(string database) => new NpgsqlConnectionStringBuilder
    {
        Host = "127.0.0.1",
        Port = _options.Port,
        Username = UserName,
        Password = _options.Password,
        Database = database,
    }.ConnectionString;

    /// <summary>Starts the server, making its data on the first start, and returns when it answers.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        _user = await UnixUser.ForServersAsync(PostgresCluster.DataDirectoryIn(_options.Home), cancellationToken);
        var cluster = Cluster();
        _installation = await new PostgresLocator(_options.Packages, _output).FindAsync(cluster.Version(), cancellationToken);
        await cluster.EnsureAsync(_installation, UserName, _options.Password, _options.Durable, cancellationToken);
        await _child.StartAsync(MissingAsync, StartTimeout, cancellationToken);
    }

    /// <summary>Ends the server in order; its clients are disconnected. It can be started again.</summary>
    public Task StopAsync() => _child.StopAsync();

    /// <summary>Ends the server as a crash would. It is started again by itself.</summary>
    public void Crash() => _child.Crash();

    public ValueTask DisposeAsync() => _child.DisposeAsync();

    private PostgresCluster Cluster() => new(_options.Home, _user, _output);

    private async Task<LaunchSpec> PrepareAsync(CancellationToken cancellationToken)
    {
        var cluster = Cluster();
        await cluster.ReleaseAsync(cancellationToken);
        return new LaunchSpec(
            _installation!.Server,
            [.. PostgresSettings.Arguments(_installation, cluster.DataDirectory, _options.Port, _options.Durable)])
        {
            User = _user,
            WorkingDirectory = cluster.DataDirectory,
            // INT is the fast shutdown: clients are disconnected, the data is left clean. TERM would wait for the clients.
            StopSignal = UnixSignal.Interrupt,
            ParentDeathSignal = UnixSignal.Interrupt,
            StopTimeout = TimeSpan.FromSeconds(20),
            // The messages are read by this program and by its users; a missing locale must not stop the server.
            Environment = new Dictionary<string, string?> { ["LC_ALL"] = "C", ["PGDATA"] = null, ["PGPORT"] = null },
        };
    }

    private async Task<string?> MissingAsync(CancellationToken cancellationToken)
    {
        var connectionString = new NpgsqlConnectionStringBuilder(ConnectionString("postgres")) { Pooling = false, Timeout = 5 }.ConnectionString;
        try
        {
            await using var connection = new NpgsqlConnection(connectionString);
            await connection.OpenAsync(cancellationToken);
            return null;
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.InvalidPassword)
        {
            throw new StackException(string.Create(
                CultureInfo.InvariantCulture,
                $"PostgreSQL on port {_options.Port} does not accept the password kept in the data directory. "
                + $"Put the old one back, or delete {_options.Home} to start with an empty database."));
        }
        catch (NpgsqlException exception)
        {
            return exception.Message;
        }
    }
}
