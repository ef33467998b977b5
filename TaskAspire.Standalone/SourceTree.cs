namespace TaskAspire.Standalone;

/// <summary>Where this program runs from: a build in the repository, or a published folder.</summary>
internal static class SourceTree
{
    private const string Marker = "TaskAspire.sln";

    /// <summary>The repository, or null when this is not a build in it.</summary>
    public static string? Root { get; } = FindRoot();

    /// <summary>The build output of another project: beside ours when published, else in the repository, of our own configuration.</summary>
    /// <exception cref="StackException">It was not built.</exception>
    public static string OutputOf(string project)
    {
        var here = new DirectoryInfo(AppContext.BaseDirectory);
        List<string> candidates = [Path.Combine(here.FullName, project), Path.Combine(here.Parent!.FullName, project)];
        if (Root is not null)
        {
            // <project>/bin/<configuration>/<framework>/
            candidates.Add(Path.Combine(Root, project, "bin", here.Parent.Name, here.Name));
        }
        return candidates.Select(directory => Path.Combine(directory, project + ".dll")).FirstOrDefault(File.Exists)
            ?? throw new StackException($"{project}.dll was not built. Run `dotnet build` first. Looked in: {string.Join(", ", candidates)}.");
    }

    private static string? FindRoot()
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(Path.Combine(directory.FullName, Marker)))
            {
                return directory.FullName;
            }
        }
        return null;
    }
}
