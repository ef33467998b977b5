using System.Globalization;
using TaskAspire.Standalone.Processes;
using TaskAspire.Standalone.Stack;

namespace TaskAspire.Tests.Fixtures;

/// <summary>A temporary folder that servers of any account can reach. What killed test runs left is removed on the way.</summary>
internal sealed class TestDirectory : IDisposable
{
    private const string Prefix = "taskaspire-test-";

    private readonly List<string> _elsewhere = [];

    public TestDirectory()
    {
        foreach (var abandoned in Directory.GetDirectories(System.IO.Path.GetTempPath(), Prefix + "*").Where(IsAbandoned))
        {
            Delete(abandoned);
        }
        Path = System.IO.Path.Combine(
            System.IO.Path.GetTempPath(),
            string.Create(CultureInfo.InvariantCulture, $"{Prefix}{Environment.ProcessId}-{Guid.CreateVersion7():N}"));
        DataDirectory.CreateOpen(Path);
    }

    public string Path { get; }

    public string Redis(string name) => System.IO.Path.Combine(Path, name);

    public string Postgres(string name)
    {
        var home = new DataDirectory(System.IO.Path.Combine(Path, name)).Postgres;
        lock (_elsewhere)
        {
            _elsewhere.Add(home);
        }
        return home;
    }

    public void Dispose()
    {
        _elsewhere.ForEach(Delete);
        Delete(Path);
    }

    private static bool IsAbandoned(string directory) =>
        System.IO.Path.GetFileName(directory)[Prefix.Length..].Split('-') is [var owner, _]
        && int.TryParse(owner, CultureInfo.InvariantCulture, out var processId)
        && ProcessIdentity.Of(processId) is null;

    private static void Delete(string directory)
    {
        try
        {
            if (Directory.Exists(directory))
            {
                Directory.Delete(directory, recursive: true);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Another account's, or a server is still at its last write: the next run tries again.
        }
    }
}
