using System.Globalization;
using StackExchange.Redis;
using TaskAspire.Standalone.Output;
using TaskAspire.Standalone.Processes;
using TaskAspire.Standalone.Stack;

namespace TaskAspire.Standalone.Backing.Redis;

/// <summary>How a Redis-compatible server is run.</summary>
internal sealed record RedisServerOptions
{
    /// <summary>The folder that holds the data; each kind of server has its own below it.</summary>
    public required string Home { get; init; }

    public required int Port { get; init; }

    public required string Password { get; init; }

    /// <summary>False: nothing is written to disk, for tests.</summary>
    public bool Durable { get; init; } = true;

    /// <summary>How many numbered databases there are.</summary>
    public int Databases { get; init; } = 16;

    /// <summary>Which server; null: <c>redis-server</c> where one is installed, else Garnet.</summary>
    public IRedisProgram? Program { get; init; }

    /// <summary>See <see cref="SupervisedChild.Records"/>.</summary>
    public ChildRecords? Records { get; init; }
}

/// <summary>A Redis-compatible server as a child of this process, on the loopback address.</summary>
internal sealed class RedisServer : IAsyncDisposable
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(30);

    // Redis says these at every start and stop.
    private static readonly string[] Chatter =
    [
        "oO0OoO0OoO0Oo", "just started", "Configuration loaded", "Server initialized", "Memory overcommit must be enabled",
        "Received SIGTERM", "User requested shutdown", "Redis is now ready to exit",
    ];

    private readonly RedisServerOptions _options;
    private readonly SupervisedChild _child;
    private readonly IStackOutput _output;
    private IRedisProgram? _program;

    public RedisServer(RedisServerOptions options, IStackOutput output)
    {
        _options = options;
        _output = output;
        _child = new SupervisedChild("redis", PrepareAsync, output) 
        {
            Records = options.Records,
            Shows = line => !Chatter.Any(chatter => line.Contains(chatter, StringComparison.Ordinal)),
        };
    }

    /// <summary>What runs, with its version.</summary>
    public string Description => _program?.Description ?? "";

    /// <summary>The server process, if it runs.</summary>
    public int? ProcessId => _child.ProcessId;

    /// <summary>The connection string, in StackExchange.Redis's form.</summary>
    public string ConnectionString => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{_options.Port},password={_options.Password}");

    /// <summary>Starts the server and returns when it answers.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        _program = _options.Program ?? (IRedisProgram?)await RedisProgram.FindAsync(cancellationToken) ?? await GarnetProgram.FindAsync(_output, cancellationToken);
        await _child.StartAsync(MissingAsync, StartTimeout, cancellationToken);
    }

    /// <summary>Ends the server in order. It can be started again.</summary>
    public Task StopAsync() => _child.StopAsync();

    /// <summary>Ends the server as a crash would. It is started again by itself.</summary>
    public void Crash() => _child.Crash();

    public ValueTask DisposeAsync() => _child.DisposeAsync();

    private Task<LaunchSpec> PrepareAsync(CancellationToken cancellationToken)
    {
        var directory = Path.Combine(_options.Home, _program!.DirectoryName);
        DataDirectory.CreatePrivate(directory);
        // In a file of its owner's: a command line is there for everybody to read.
        var configuration = Path.Combine(directory, "server.conf");
        DataDirectory.WritePrivate(configuration, _program.Configuration(directory, _options));
        return Task.FromResult(_program.Launch(configuration) with { WorkingDirectory = directory });
    }

    private async Task<string?> MissingAsync(CancellationToken cancellationToken)
    {
        var configuration = ConfigurationOptions.Parse(ConnectionString);
        configuration.AbortOnConnectFail = true;
        configuration.ConnectTimeout = 1000;
        configuration.ConnectRetry = 1;
        try
        {
            await using var connection = await ConnectionMultiplexer.ConnectAsync(configuration).WaitAsync(cancellationToken);
            await connection.GetDatabase().PingAsync().WaitAsync(cancellationToken);
            return null;
        }
        // A command's RedisTimeoutException is no RedisException.
        catch (Exception exception) when (exception is RedisException or TimeoutException)
        {
            return exception.Message;
        }
    }
}
