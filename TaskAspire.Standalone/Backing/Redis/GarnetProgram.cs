using System.Text.Json;
using System.Text.Json.Nodes;
using TaskAspire.Standalone.Output;
using TaskAspire.Standalone.Processes;

namespace TaskAspire.Standalone.Backing.Redis;

/// <summary>Garnet, Microsoft's Redis-compatible server: a .NET tool, so it runs wherever this program does.</summary>
internal sealed class GarnetProgram(string assembly, string version) : IRedisProgram
{
    private const string Tool = "garnet-server";
    private const string EntryPoint = "GarnetServer.dll";

    public string Description => $"Garnet {version}";

    public string DirectoryName => "garnet";

    /// <summary>The version that the tool manifest pins, restored when it is not there yet.</summary>
    /// <exception cref="StackException">It cannot be restored.</exception>
    public static async Task<GarnetProgram> FindAsync(IStackOutput output, CancellationToken cancellationToken)
    {
        var manifest = Path.Combine(AppContext.BaseDirectory, ".config", "dotnet-tools.json");
        await using var stream = File.OpenRead(manifest);
        var json = await JsonNode.ParseAsync(stream, cancellationToken: cancellationToken);
        var version = json!["tools"]![Tool]!["version"]!.GetValue<string>();
        if (Locate(DefaultPackages, version) is { } present)
        {
            return new GarnetProgram(present, version);
        }
        output.Notice("redis", $"no redis-server on PATH; restoring {Tool} {version} (first start only)");
        var restore = new LaunchSpec(Executables.DotNet(), "tool", "restore", "--tool-manifest", manifest) { WorkingDirectory = AppContext.BaseDirectory };
        var result = await Command.RunAsync(restore, cancellationToken);
        return (Locate(DefaultPackages, version) ?? Locate(await ConfiguredPackagesAsync(cancellationToken), version)) is { } restored
            ? new GarnetProgram(restored, version)
            : throw new StackException(
                $"No redis-server 7 or later is on PATH, and `dotnet tool restore` did not bring {Tool} {version}: {result.Output.Trim()} "
                + $"Install one, or give a running server with {Options.OptionNames.Redis}.");
    }

    public string Configuration(string directory, RedisServerOptions options) => JsonSerializer.Serialize(new Dictionary<string, object>
    {
        ["Address"] = "127.0.0.1",
        ["Port"] = options.Port,
        ["AuthenticationMode"] = "Password",
        ["Password"] = options.Password,
        ["MaxDatabases"] = options.Databases,
        ["EnableLua"] = true,
        // A script runs as Redis would run it: alone.
        ["LuaTransactionMode"] = true,
        // A developer's machine, not a server: the defaults set 16 GB aside.
        ["LogMemorySize"] = "256m",
        ["PageSize"] = "4m",
        ["IndexMemorySize"] = "4m",
        ["AofMemorySize"] = "32m",
        ["AofPageSize"] = "8m",
        ["EnableAOF"] = options.Durable,
        ["CommitFrequencyMs"] = options.Durable ? 500 : 0,
        ["CheckpointFrequencySecs"] = options.Durable ? 300 : 0,
        ["Recover"] = options.Durable,
        ["CheckpointDir"] = directory,
        // The native device needs libaio, which most machines have not got; without it Garnet ends at its first write.
        ["DeviceType"] = "RandomAccess",
        ["UseNativeDeviceLinux"] = false,
        ["QuietMode"] = true,
    });

    public LaunchSpec Launch(string configurationFile) =>
        // Not `dotnet tool run`: that is a process in between, which does not pass signals on.
        new(Executables.DotNet(), assembly, "--config-import-path", configurationFile)
        {
            Environment = new Dictionary<string, string?> { ["DOTNET_gcServer"] = "0" },
        };

    private static string DefaultPackages => Environment.GetEnvironmentVariable("NUGET_PACKAGES") is { Length: > 0 } configured
        ? configured
        : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

    // A nuget.config may name another folder (globalPackagesFolder). To ask takes most of a second, so that is not done first.
    private static async Task<string> ConfiguredPackagesAsync(CancellationToken cancellationToken)
    {
        var result = await Command.RunAsync(
            new LaunchSpec(Executables.DotNet(), "nuget", "locals", "global-packages", "--list", "--force-english-output") { WorkingDirectory = AppContext.BaseDirectory },
            cancellationToken);
        return result.Output.Split("global-packages:", StringSplitOptions.TrimEntries)[^1];
    }

    private static string? Locate(string packages, string version)
    {
        var tools = Path.Combine(packages, Tool, version, "tools");
        // net8.0, net10.0, …: the newest that this runtime can run.
        return Directory.Exists(tools)
            ? Directory.GetFiles(tools, EntryPoint, SearchOption.AllDirectories)
                .Where(file => TargetVersion(tools, file) <= Environment.Version.Major)
                .MaxBy(file => TargetVersion(tools, file))
            : null;
    }

    private static int TargetVersion(string tools, string file) =>
        System.Version.TryParse(Path.GetRelativePath(tools, file).Split(Path.DirectorySeparatorChar)[0].Replace("net", "", StringComparison.Ordinal), out var version)
            ? version.Major
            : int.MaxValue;
}
