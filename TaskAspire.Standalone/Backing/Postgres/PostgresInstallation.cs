using System.Globalization;
using System.Text.RegularExpressions;
using TaskAspire.Standalone.Processes;

namespace TaskAspire.Standalone.Backing.Postgres;

/// <summary>A folder with PostgreSQL's programs.</summary>
internal sealed partial record PostgresInstallation(string BinDirectory, int MajorVersion)
{
    /// <summary>The oldest PostgreSQL that TaskAspire supports.</summary>
    public const int OldestMajorVersion = 14;

    public string Server => Path.Combine(BinDirectory, Executables.Name("postgres"));

    public string InitDb => Path.Combine(BinDirectory, Executables.Name("initdb"));

    /// <summary>Reads the version of the server in a folder; null when there is none, or one that is too old.</summary>
    public static async Task<PostgresInstallation?> InAsync(string directory, CancellationToken cancellationToken)
    {
        var found = new PostgresInstallation(directory, 0);
        if (!File.Exists(found.Server) || !File.Exists(found.InitDb))
        {
            return null;
        }
        var answer = await Command.RunAsync(new LaunchSpec(found.Server, "--version"), cancellationToken);
        var version = Version().Match(answer.Output);
        return version.Success && int.Parse(version.Groups[1].Value, CultureInfo.InvariantCulture) is >= OldestMajorVersion and var major
            ? found with { MajorVersion = major }
            : null;
    }

    /// <summary>Whether the statistics extension, which must be loaded at the start, comes with this server.</summary>
    public bool HasStatementStatistics()
    {
        var home = Path.GetDirectoryName(BinDirectory)!;
        return File.Exists(Path.Combine(home, "lib", "postgresql", "pg_stat_statements.so")) || File.Exists(Path.Combine(home, "lib", "pg_stat_statements.so"));
    }

    [GeneratedRegex(@"PostgreSQL\) (\d+)")]
    private static partial Regex Version();
}
