using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using TaskAspire.Bench.Yardstick.Services;

namespace TaskAspire.Bench.Yardstick.Rows;

/// <summary>How long it takes until there is an answer.</summary>
internal static partial class Starts
{
    private const double ApiSeconds = 1.5;
    private const double StackSeconds = 8;

    /// <summary>The API as it is published: compiled ahead, on the database that is there.</summary>
    public static async Task<Row> ApiAsync(Site site, Settings settings, CancellationToken cancellationToken)
    {
        var seconds = new List<double>();
        for (var i = 0; i < (settings.Quick ? 3 : 7); i++)
        {
            await using var api = await site.StartProductAsync(cancellationToken);
            seconds.Add(api.StartedIn.TotalSeconds);
        }

        return new Row(
            "start of the API to its first answer", $"< {Row.Number(ApiSeconds, "0.0")} s", $"{Row.Number(Rounds.Median(seconds))} s ({Row.Number(seconds.Min())}–{Row.Number(seconds.Max())})",
            Rounds.Median(seconds) < ApiSeconds, "ready-to-run; the answer is a healthy /health, so database and Redis have been asked, too");
    }

    /// <summary><c>./run</c> a second time.</summary>
    public static async Task<Row> StackAsync(Settings settings, CancellationToken cancellationToken)
    {
        var folder = Path.Combine(Path.GetFullPath(settings.DataDirectory), "stack");
        List<double> seconds = [];
        for (var i = 0; i < (settings.Quick ? 2 : 4); i++)
        {
            var clock = Stopwatch.StartNew();
            await RunStackAsync(folder, clock, cancellationToken);
            seconds.Add(clock.Elapsed.TotalSeconds);
        }

        // The first makes the data, and builds.
        seconds.RemoveAt(0);
        return new Row(
            "./run on existing data until all is healthy", $"< {Row.Number(StackSeconds, "0")} s", $"{Row.Number(Rounds.Median(seconds), "0.0")} s ({Row.Number(seconds.Min(), "0.0")}–{Row.Number(seconds.Max(), "0.0")})",
            Rounds.Median(seconds) < StackSeconds, "from the command to its line “Ready”");
    }

    private static async Task RunStackAsync(string folder, Stopwatch clock, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(
            Path.Combine(Repository.Root, "run"),
            ["--data-dir", folder, "--api-port", "0", "--dispatcher-port", "0", "--postgres-port", "0", "--redis-port", "0", "--prometheus-port", "0", "--dashboard-port", "0"])
        {
            WorkingDirectory = Repository.Root,
            RedirectStandardOutput = true,
        };
        using var process = Process.Start(start)!;
        try
        {
            List<string> lines = [];
            while (await process.StandardOutput.ReadLineAsync(cancellationToken) is { } line)
            {
                lines.Add(line);
                if (Ready().IsMatch(line))
                {
                    clock.Stop();
                    return;
                }
            }

            throw new YardstickException($"./run ended before it was ready: {string.Join('\n', lines.TakeLast(20))}");
        }
        finally
        {
            if (!process.HasExited)
            {
                using var stop = Process.Start("kill", ["-TERM", process.Id.ToString(CultureInfo.InvariantCulture)]);
                _ = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
                await process.WaitForExitAsync(CancellationToken.None);
            }
        }
    }

    [GeneratedRegex("^.*Ready after ")]
    private static partial Regex Ready();
}
