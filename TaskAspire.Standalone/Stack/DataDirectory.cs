using System.Security.Cryptography;
using System.Text;
using TaskAspire.Standalone.Processes;

namespace TaskAspire.Standalone.Stack;

/// <summary>What a stack keeps between runs, and where.</summary>
internal sealed class DataDirectory(string root)
{
    // Root's own folders are closed to the account that PostgreSQL runs under; this one is not.
    private const string SharedRoot = "/var/lib/taskaspire";
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OpenDirectory =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    public string Root { get; } = Path.GetFullPath(root);

    public string Records => Path.Combine(Root, "run");

    public string Keys => Path.Combine(Root, "keys");

    public string Prometheus => Path.Combine(Root, "prometheus");

    /// <summary>
    /// PostgreSQL's folder. Elsewhere when root's data directory is out of reach for the account it runs under, unless there is data already: an empty
    /// database in its stead would look like a loss.
    /// </summary>
    public string Postgres
    {
        get
        {
            var here = Path.Combine(Root, "postgres");
            return IsOutOfReach(Root) && !Directory.Exists(here) ? Path.Combine(SharedRoot, Fingerprint(Root), "postgres") : here;
        }
    }

    /// <summary>Where downloaded servers are kept: one place for all stacks of a repository, since they are the same for all.</summary>
    public static string Packages(string dataDirectory)
    {
        var home = Path.Combine(SourceTree.Root is { } repository ? Path.Combine(repository, ".taskaspire") : dataDirectory, "packages");
        return IsOutOfReach(home) ? Path.Combine(SharedRoot, "packages") : home;
    }

    /// <summary>Creates a folder that other accounts may pass through, whatever the umask.</summary>
    public static void CreateOpen(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
            return;
        }
        for (var missing = new Stack<string>(); ;)
        {
            var current = missing.TryPeek(out var last) ? Path.GetDirectoryName(last)! : path;
            if (!Directory.Exists(current))
            {
                missing.Push(current);
                continue;
            }
            foreach (var directory in missing)
            {
                Directory.CreateDirectory(directory);
                File.SetUnixFileMode(directory, OpenDirectory);
            }
            return;
        }
    }

    /// <summary>Creates the folder.</summary>
    /// <exception cref="StackException">It cannot be created or written to.</exception>
    public void Create()
    {
        try
        {
            CreateOpen(Root);
            CreatePrivate(Records);
        }
        catch (UnauthorizedAccessException exception)
        {
            throw NotWritable(Root, exception);
        }
        catch (IOException exception)
        {
            throw new StackException($"{Root} cannot be a data directory: {exception.Message} Choose another with {Options.OptionNames.DataDirectory}.", exception);
        }
    }

    /// <summary>What to say of a data directory that is another account's.</summary>
    public static StackException NotWritable(string root, UnauthorizedAccessException exception) => new(
        $"{root} cannot be written to by {Environment.UserName}: {exception.Message} "
        + $"Was it made by another account? Choose a data directory of your own with {Options.OptionNames.DataDirectory}.",
        exception);

    /// <summary>A random secret that is made once and kept, readable by its owner only.</summary>
    public string Secret(string name)
    {
        var directory = Path.Combine(Root, "secrets");
        var file = Path.Combine(directory, name);
        if (File.Exists(file) && File.ReadAllText(file).Trim() is { Length: > 0 } kept)
        {
            return kept;
        }
        CreatePrivate(directory);
        var secret = RandomNumberGenerator.GetHexString(32, lowercase: true);
        WritePrivate(file, secret);
        return secret;
    }

    /// <summary>Writes a file that only its owner can read; it is there as a whole or not at all.</summary>
    public static void WritePrivate(string file, string text)
    {
        var unfinished = file + ".new";
        File.Delete(unfinished);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerOnly;
        }
        using (var writer = new StreamWriter(unfinished, options))
        {
            writer.Write(text);
        }
        File.Move(unfinished, file, overwrite: true);
    }

    public static void CreatePrivate(string directory)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(directory);
        }
        else
        {
            Directory.CreateDirectory(directory, OwnerOnly | UnixFileMode.UserExecute);
        }
    }

    private static bool IsOutOfReach(string path) => UnixCalls.IsRoot && !UnixUser.Reaches(path);

    private static string Fingerprint(string path) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(path)))[..12];
}
