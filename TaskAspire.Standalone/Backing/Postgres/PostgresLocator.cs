using System.Runtime.InteropServices;
using TaskAspire.Standalone.Backing.Packages;
using TaskAspire.Standalone.Output;
using TaskAspire.Standalone.Processes;

namespace TaskAspire.Standalone.Backing.Postgres;

/// <summary>Finds PostgreSQL: <c>TASKASPIRE_POSTGRES_BIN</c>, else the npm package, else an installed one.</summary>
internal sealed class PostgresLocator(string packagesDirectory, IStackOutput output)
{
    public const string BinVariable = "TASKASPIRE_POSTGRES_BIN";
    private const string NpmVersion = "18.4.0-beta.17";

    /// <summary>Reads an environment variable.</summary>
    public Func<string, string?> Environment { get; init; } = System.Environment.GetEnvironmentVariable;

    /// <param name="dataVersion">The version that made the data directory, when there is one: only that one can read it.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    /// <exception cref="StackException">There is none, or none that reads the data.</exception>
    public async Task<PostgresInstallation> FindAsync(int? dataVersion, CancellationToken cancellationToken)
    {
        if (Environment(BinVariable) is { Length: > 0 } directory)
        {
            var chosen = await PostgresInstallation.InAsync(directory, cancellationToken)
                ?? throw new StackException(
                    $"{BinVariable} is {directory}, where there is no PostgreSQL {PostgresInstallation.OldestMajorVersion} or later (postgres and initdb). Correct it, or unset it.");
            return Fits(chosen, dataVersion) ? chosen : throw Unreadable(dataVersion!.Value, chosen.MajorVersion);
        }
        var (packaged, reason) = await FromNpmAsync(cancellationToken);
        if (packaged is not null && Fits(packaged, dataVersion))
        {
            return packaged;
        }
        List<PostgresInstallation> installed = [];
        foreach (var candidate in InstalledDirectories())
        {
            if (await PostgresInstallation.InAsync(candidate, cancellationToken) is { } found)
            {
                installed.Add(found);
            }
        }
        var best = installed.Where(candidate => Fits(candidate, dataVersion)).MaxBy(candidate => candidate.MajorVersion);
        if (best is not null)
        {
            if (packaged is null)
            {
                output.Notice("postgres", $"{reason} Using the installed PostgreSQL {best.MajorVersion} in {best.BinDirectory}.");
            }
            return best;
        }
        throw packaged is not null
            ? Unreadable(dataVersion!.Value, packaged.MajorVersion)
            : new StackException(
                $"{reason} No PostgreSQL {dataVersion?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "14 or later"} is installed either. "
                + $"Install one, point {BinVariable} to its programs, or give a running server with {Options.OptionNames.Postgres}.");
    }

    private async Task<(PostgresInstallation? Found, string Reason)> FromNpmAsync(CancellationToken cancellationToken)
    {
        try
        {
            var package = await new NpmPackage("postgres", $"@embedded-postgres/{Platform()}", NpmVersion, packagesDirectory, output).EnsureAsync(cancellationToken);
            var found = await PostgresInstallation.InAsync(Path.Combine(package, "native", "bin"), cancellationToken);
            return (found, found is null ? $"The PostgreSQL in {package} does not run on this system." : "");
        }
        catch (StackException exception)
        {
            return (null, exception.Message);
        }
    }

    private static IEnumerable<string> InstalledDirectories()
    {
        if (Executables.Find("postgres") is { } onPath)
        {
            yield return Path.GetDirectoryName(File.ResolveLinkTarget(onPath, returnFinalTarget: true)?.FullName ?? onPath)!;
        }
        (string Root, string Pattern)[] places =
        [
            ("/usr/lib/postgresql", "*"), ("/usr", "pgsql-*"), ("/opt/homebrew/opt", "postgresql@*"), ("/usr/local/opt", "postgresql@*"),
            (Path.Combine(System.Environment.GetFolderPath(System.Environment.SpecialFolder.ProgramFiles), "PostgreSQL"), "*"),
        ];
        foreach (var (root, pattern) in places.Where(place => Directory.Exists(place.Root)))
        {
            foreach (var directory in Directory.GetDirectories(root, pattern))
            {
                yield return Path.Combine(directory, "bin");
            }
        }
    }

    private static bool Fits(PostgresInstallation installation, int? dataVersion) =>
        dataVersion is null || dataVersion == installation.MajorVersion;

    private static StackException Unreadable(int dataVersion, int serverVersion) => new(
        $"The data was made by PostgreSQL {dataVersion}, which PostgreSQL {serverVersion} cannot read. "
        + $"Point {BinVariable} to PostgreSQL {dataVersion}, or start with another {Options.OptionNames.DataDirectory}.");

    private static string Platform()
    {
        var system = OperatingSystem.IsWindows() ? "windows" : OperatingSystem.IsMacOS() ? "darwin" : "linux";
        var architecture = RuntimeInformation.OSArchitecture switch
        {
            Architecture.X64 => "x64",
            Architecture.Arm64 => OperatingSystem.IsWindows() ? "x64" : "arm64",
            Architecture.Arm => "arm",
            var other => throw new StackException($"There is no PostgreSQL package for {system} on {other}."),
        };
        return $"{system}-{architecture}";
    }
}
