namespace TaskAspire.Standalone.Processes;

/// <summary>Finds programs.</summary>
internal static class Executables
{
    /// <summary>The full path of a program on PATH, or null.</summary>
    public static string? Find(string name, string? path = null)
    {
        string[] extensions = OperatingSystem.IsWindows() ? [".exe", ".cmd", ".bat"] : [""];
        return (path ?? Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .SelectMany(directory => extensions.Select(extension => Path.Combine(directory, name + extension)))
            .FirstOrDefault(File.Exists);
    }

    /// <summary>The file name of a program, with what this operating system appends.</summary>
    public static string Name(string program) => OperatingSystem.IsWindows() ? program + ".exe" : program;

    /// <summary>The <c>dotnet</c> this process runs under, else the one on PATH.</summary>
    public static string DotNet() =>
        Environment.ProcessPath is { } self && Path.GetFileNameWithoutExtension(self) == "dotnet" ? self : Find("dotnet") ?? "dotnet";
}
