using System.Globalization;
using TaskAspire.Standalone.Output;
using TaskAspire.Standalone.Processes;

namespace TaskAspire.Standalone.Backing.Postgres;

/// <summary>The data of a PostgreSQL server: made once, and repaired after whatever happened to the last run.</summary>
/// <param name="home">The folder that holds it.</param>
/// <param name="user">The account it belongs to; null: this process's own.</param>
/// <param name="output">Told what is repaired.</param>
internal sealed class PostgresCluster(string home, UnixUser? user, IStackOutput output)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>The server's <c>PGDATA</c>.</summary>
    public string DataDirectory { get; } = DataDirectoryIn(home);

    private string Unfinished => Path.Combine(home, "data.unfinished");

    private string PidFile => Path.Combine(DataDirectory, "postmaster.pid");

    /// <summary>The same for a folder that nothing is known of yet.</summary>
    public static string DataDirectoryIn(string home) => Path.Combine(home, "data");

    /// <summary>The major version that made the data; null when there is none yet.</summary>
    public int? Version() =>
        File.Exists(Path.Combine(DataDirectory, "PG_VERSION"))
            ? int.Parse(File.ReadAllText(Path.Combine(DataDirectory, "PG_VERSION")), CultureInfo.InvariantCulture)
            : null;

    /// <summary>Makes the data unless it is there. An interrupted earlier try is thrown away: <c>initdb</c> works beside the final place.</summary>
    public async Task EnsureAsync(PostgresInstallation installation, string userName, string password, bool durable, CancellationToken cancellationToken)
    {
        await DeleteUnfinishedAsync(cancellationToken);
        if (Version() is not null)
        {
            return;
        }
        Stack.DataDirectory.CreateOpen(home);
        Directory.CreateDirectory(Unfinished);
        var passwordFile = Path.Combine(home, "initdb.password");
        Stack.DataDirectory.WritePrivate(passwordFile, password);
        GiveAway(Unfinished, passwordFile);
        try
        {
            var result = await Command.RunAsync(InitDb(installation, userName, passwordFile, durable), cancellationToken);
            if (!result.Succeeded)
            {
                throw new StackException($"initdb failed: {result.Output}");
            }
        }
        finally
        {
            File.Delete(passwordFile);
        }
        Directory.Move(Unfinished, DataDirectory);
    }

    /// <summary>
    /// Makes sure that nobody runs on the data: ends a server that an earlier stack left behind, and removes a
    /// <c>postmaster.pid</c> whose process id belongs to something else by now (PostgreSQL would refuse to start).
    /// </summary>
    public async Task ReleaseAsync(CancellationToken cancellationToken)
    {
        if (Holders(DataDirectory) is { Count: > 0 } holders)
        {
            output.Notice("postgres", $"process {string.Join(", ", holders)} of an earlier run still uses {DataDirectory}; ending it");
            // A fast shutdown is asked of the postmaster, which ends the others; without it they end by themselves.
            Signal(holders.Where(id => id == ReadPid()), UnixSignal.Interrupt);
            if (!await Wait.UntilAsync(() => Holders(DataDirectory).Count == 0, Patience, cancellationToken))
            {
                Signal(Holders(DataDirectory), UnixSignal.Kill);
                await Wait.UntilAsync(() => Holders(DataDirectory).Count == 0, Patience, cancellationToken);
            }
        }
        if (File.Exists(PidFile) && (OperatingSystem.IsLinux() || !IsPostgres(ReadPid())))
        {
            File.Delete(PidFile);
        }
    }

    private LaunchSpec InitDb(PostgresInstallation installation, string userName, string passwordFile, bool durable)
    {
        // The built-in provider (17 and later) sorts and folds Unicode the same on every system; before, the C library's does it.
        string[] locale = installation.MajorVersion >= 17
            ? ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
            : OperatingSystem.IsLinux() ? ["--locale=C.UTF-8"] : ["--locale=C"];
        string[] speed = durable ? [] : ["--no-sync"];
        return new LaunchSpec(
            installation.InitDb,
            ["--pgdata", Unfinished, "--username", userName, "--pwfile", passwordFile, "--auth=scram-sha-256", "--encoding=UTF8", "--no-instructions", .. locale, .. speed])
        {
            User = user,
            WorkingDirectory = home,
            ParentDeathSignal = UnixSignal.Kill,
        };
    }

    private void GiveAway(params ReadOnlySpan<string> paths)
    {
        foreach (var path in paths)
        {
            if (!OperatingSystem.IsWindows() && Directory.Exists(path))
            {
                File.SetUnixFileMode(path, OwnerOnly);
            }
            if (user is not null)
            {
                UnixCalls.ChangeOwner(path, user.UserId, user.GroupId);
            }
        }
    }

    private async Task DeleteUnfinishedAsync(CancellationToken cancellationToken)
    {
        if (!Directory.Exists(Unfinished))
        {
            return;
        }
        output.Notice("postgres", "an earlier start was interrupted while it made the database; starting over");
        // initdb died with its parent; the server it drives may be at its last write.
        Signal(Holders(Unfinished), UnixSignal.Kill);
        await Wait.UntilAsync(() => Holders(Unfinished).Count == 0, Patience, cancellationToken);
        Directory.Delete(Unfinished, recursive: true);
    }

    /// <summary>The server processes whose working directory is <paramref name="directory"/>: the postmaster's, and its children's.</summary>
    private static List<int> Holders(string directory)
    {
        if (!OperatingSystem.IsLinux())
        {
            return [];
        }
        return [.. ProcessIdentity.ProcessIds().Where(id => WorkingDirectory(id) == Path.GetFullPath(directory) && IsPostgres(id))];
    }

    private static string? WorkingDirectory(int processId)
    {
        try
        {
            return new FileInfo($"/proc/{processId}/cwd").LinkTarget;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static void Signal(IEnumerable<int> processIds, UnixSignal signal)
    {
        foreach (var id in processIds)
        {
            UnixCalls.Signal(id, signal);
        }
    }

    private int ReadPid() =>
        File.Exists(PidFile) && int.TryParse(File.ReadLines(PidFile).FirstOrDefault(), CultureInfo.InvariantCulture, out var id) ? id : 0;

    private static bool IsPostgres(int processId)
    {
        try
        {
            using var process = System.Diagnostics.Process.GetProcessById(processId);
            return process.ProcessName is "postgres" or "postmaster";
        }
        catch (Exception exception) when (exception is ArgumentException or InvalidOperationException)
        {
            return false;
        }
    }
}
