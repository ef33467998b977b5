using System.Globalization;
using TaskAspire.Standalone.Processes;

namespace TaskAspire.Standalone.Ports;

/// <summary>Names the process that listens on a port, where the operating system tells (Linux, own processes or root).</summary>
internal static class PortHolder
{
    private const string Listening = "0A";
    private static readonly string[] Tables = ["/proc/net/tcp", "/proc/net/tcp6"];

    public static string? Of(int port)
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }
        var sockets = Tables
            .Where(File.Exists)
            .SelectMany(file => File.ReadLines(file).Skip(1))
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(fields => fields[3] == Listening
                && int.Parse(fields[1].Split(':')[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture) == port)
            .Select(fields => $"socket:[{fields[9]}]")
            .ToHashSet();
        return sockets.Count == 0 ? null : ProcessIdentity.ProcessIds().Where(id => Holds(id, sockets)).Select(Describe).FirstOrDefault();
    }

    private static bool Holds(int processId, HashSet<string> sockets)
    {
        try
        {
            return new DirectoryInfo($"/proc/{processId}/fd").EnumerateFiles().Any(file => file.LinkTarget is { } target && sockets.Contains(target));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static string Describe(int processId)
    {
        try
        {
            return $"process {processId} ({File.ReadAllText($"/proc/{processId}/comm").Trim()})";
        }
        catch (IOException)
        {
            return $"process {processId}";
        }
    }
}
