namespace TaskAspire.Bench.Yardstick;

/// <summary>Where this was built.</summary>
internal static class Repository
{
    public static string Root { get; } = Find();

    /// <summary>The build of a project, of the configuration and framework of this one.</summary>
    public static string Build(string project)
    {
        var here = new DirectoryInfo(AppContext.BaseDirectory);
        return Path.Combine(Root, project, "bin", here.Parent!.Name, here.Name, Path.GetFileName(project) + ".dll");
    }

    /// <summary>A project as <c>bench/run</c> has published it.</summary>
    public static string Published(string project) => Path.Combine(Root, ".taskaspire", "published", project, project);

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "TaskAspire.sln")))
            {
                return folder.FullName;
            }
        }

        throw new YardstickException("Build and run it in the repository: bench/run.");
    }
}
