using System.Diagnostics;
using System.Globalization;

namespace TaskAspire.Standalone.Processes;

/// <summary>A process id with its start time: ids are used again, the pair is not.</summary>
internal sealed record ProcessIdentity(int Id, long Started)
{
    /// <summary>The identity of a living process, or null.</summary>
    public static ProcessIdentity? Of(int id)
    {
        if (OperatingSystem.IsLinux())
        {
            return ReadStat(id) is { State: not "Z" } stat ? new ProcessIdentity(id, stat.Started) : null;
        }
        try
        {
            using var process = Process.GetProcessById(id);
            return new ProcessIdentity(id, process.StartTime.ToUniversalTime().Ticks);
        }
        catch (Exception exception) when (exception is ArgumentException or InvalidOperationException)
        {
            return null;
        }
    }

    public bool IsAlive() => Of(Id) == this;

    /// <summary>The living processes of the session that <see cref="Id"/> led, itself included (Linux).</summary>
    public IReadOnlyList<int> Session()
    {
        if (!OperatingSystem.IsLinux())
        {
            return IsAlive() ? [Id] : [];
        }
        // A leader of the same id with another start time is somebody else's.
        if (ReadStat(Id) is { } leader && leader.Started != Started)
        {
            return [];
        }
        return [.. ProcessIds().Where(id => ReadStat(id) is { State: not "Z" } stat && stat.Session == Id && stat.Started >= Started)];
    }

    public static IEnumerable<int> ProcessIds() =>
        Directory.EnumerateDirectories("/proc")
            .Select(path => int.TryParse(Path.GetFileName(path), CultureInfo.InvariantCulture, out var id) ? id : 0)
            .Where(id => id > 0);

    private static Stat? ReadStat(int id)
    {
        try
        {
            // proc(5): the name, in parentheses, may hold anything; the fields after it are numbered from 3.
            var text = File.ReadAllText($"/proc/{id}/stat");
            var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
            return new Stat(fields[0], int.Parse(fields[3], CultureInfo.InvariantCulture), long.Parse(fields[19], CultureInfo.InvariantCulture));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private sealed record Stat(string State, int Session, long Started);
}
