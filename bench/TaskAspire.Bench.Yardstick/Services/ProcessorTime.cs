using System.Globalization;

namespace TaskAspire.Bench.Yardstick.Services;

/// <summary>Processor time of all processes, by what they are (Linux: <c>proc(5)</c>).</summary>
internal sealed class ProcessorTime
{
    private const double TicksPerSecond = 100;

    private readonly Dictionary<int, (string What, double Seconds)> _processes;

    private ProcessorTime(Dictionary<int, (string What, double Seconds)> processes) => _processes = processes;

    /// <summary>What it is up to now.</summary>
    /// <param name="services">Names of processes of ours, by id.</param>
    public static ProcessorTime Read(IReadOnlyDictionary<int, string> services)
    {
        var processes = new Dictionary<int, (string What, double Seconds)>();
        foreach (var folder in Directory.EnumerateDirectories("/proc").Where(d => int.TryParse(Path.GetFileName(d), NumberStyles.None, CultureInfo.InvariantCulture, out _)))
        {
            try
            {
                var stat = File.ReadAllText(Path.Combine(folder, "stat"));
                var name = stat[(stat.IndexOf('(', StringComparison.Ordinal) + 1)..stat.LastIndexOf(')')];
                var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
                var id = int.Parse(Path.GetFileName(folder), CultureInfo.InvariantCulture);
                var what = services.GetValueOrDefault(id) ?? name switch
                {
                    "postgres" => "PostgreSQL",
                    "redis-server" => "Redis",
                    "wrk" => "wrk",
                    _ => "others",
                };
                processes[id] = (what, (long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture)) / TicksPerSecond);
            }
            catch (IOException)
            {
                // It has ended in the meantime.
            }
        }

        return new ProcessorTime(processes);
    }

    /// <summary>The seconds that each used between two readings; what ended meanwhile is not in it.</summary>
    public static IReadOnlyDictionary<string, double> Between(ProcessorTime before, ProcessorTime after) => after._processes
        .GroupBy(process => process.Value.What, process => process.Value.Seconds - before._processes.GetValueOrDefault(process.Key).Seconds)
        .ToDictionary(group => group.Key, group => group.Sum());

    /// <summary>Who used how many processors between two readings, the most first.</summary>
    public static string Describe(ProcessorTime before, ProcessorTime after, double elapsed)
    {
        var used = Between(before, after).Select(pair => (What: pair.Key, Processors: pair.Value / elapsed)).Where(u => u.Processors >= 0.02)
            .OrderByDescending(u => u.Processors).ToList();
        var total = used.Sum(u => u.Processors);
        var shares = string.Join(", ", used.Select(u => string.Create(CultureInfo.InvariantCulture, $"{u.What} {u.Processors:0.00}")));
        var limit = total > 0.9 * Environment.ProcessorCount ? "processors" : "waiting (disk, locks)";
        return string.Create(CultureInfo.InvariantCulture, $"{limit}: {total:0.00} of {Environment.ProcessorCount} in use ({shares})");
    }
}
