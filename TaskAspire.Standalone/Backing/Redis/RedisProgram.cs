using System.Globalization;
using System.Text.RegularExpressions;
using TaskAspire.Standalone.Processes;

namespace TaskAspire.Standalone.Backing.Redis;

/// <summary><c>redis-server</c>, as installed on this machine.</summary>
internal sealed partial class RedisProgram(string path, string version) : IRedisProgram
{
    private const int OldestMajorVersion = 7;

    /// <summary>As much as Garnet gets. All that is in it may be forgotten (docs/operations.md); lists that nobody asks for again would fill a developer's machine.</summary>
    private const string MaxMemory = "256mb";

    public string Description => $"Redis {version}";

    public string DirectoryName => "redis";

    /// <summary>The one on PATH, if it is new enough.</summary>
    public static async Task<RedisProgram?> FindAsync(CancellationToken cancellationToken)
    {
        if (Executables.Find("redis-server") is not { } path)
        {
            return null;
        }
        var answer = await Command.RunAsync(new LaunchSpec(path, "--version"), cancellationToken);
        var version = Version().Match(answer.Output);
        return version.Success && int.Parse(version.Groups[1].Value, CultureInfo.InvariantCulture) >= OldestMajorVersion
            ? new RedisProgram(path, version.Value[2..])
            : null;
    }

    public string Configuration(string directory, RedisServerOptions options) => string.Create(CultureInfo.InvariantCulture, $"""
        bind 127.0.0.1
        port {options.Port}
        requirepass {options.Password}
        dir "{directory}"
        daemonize no
        databases {options.Databases}
        loglevel warning
        appendonly {(options.Durable ? "yes" : "no")}
        appendfsync everysec
        save {(options.Durable ? "300 1" : "\"\"")}
        maxmemory {MaxMemory}
        maxmemory-policy allkeys-lru

        """);

    public LaunchSpec Launch(string configurationFile) => new(path, configurationFile);

    [GeneratedRegex(@"v=(\d+)\.[\d.]+")]
    private static partial Regex Version();
}
