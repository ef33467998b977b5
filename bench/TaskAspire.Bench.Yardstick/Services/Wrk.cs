using System.Diagnostics;
using System.Globalization;

namespace TaskAspire.Bench.Yardstick.Services;

/// <summary>What <c>wrk</c> saw.</summary>
/// <param name="Requests">Answers.</param>
/// <param name="Seconds">The time they took together.</param>
/// <param name="Failed">Answers other than 2xx, and broken connections.</param>
/// <param name="Median">Median latency in milliseconds.</param>
/// <param name="Percentile99">99 % were faster, in milliseconds.</param>
internal sealed record WrkResult(long Requests, double Seconds, long Failed, double Median, double Percentile99)
{
    public double PerSecond => Requests / Seconds;
}

/// <summary>Sends requests of a file as fast as they are answered (<c>bench/wrk/requests.lua</c>).</summary>
internal static class Wrk
{
    private static long s_first = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() % 2_000_000_000;

    public static async Task<WrkResult> RunAsync(string url, string requests, double seconds, int connections, CancellationToken cancellationToken)
    {
        var script = Path.Combine(Repository.Root, "bench", "wrk", "requests.lua");
        var start = new ProcessStartInfo(
            "wrk",
            [
                "-t1", Invariant($"-c{connections}"), Invariant($"-d{Math.Max(1, Math.Round(seconds))}s"), "--timeout", "10s", "-s", script, url,
                // Requests that must differ from all before begin where the last run cannot have come to.
                "--", requests, Interlocked.Add(ref s_first, 10_000_000).ToString(CultureInfo.InvariantCulture),
            ])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Start(start);
        var errors = process.StandardError.ReadToEndAsync(cancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        var result = output.Split('\n').LastOrDefault(line => line.StartsWith("RESULT ", StringComparison.Ordinal))
            ?? throw new YardstickException($"wrk failed: {output}{await errors}");
        var numbers = Array.ConvertAll(result.Split(' ')[1..], number => long.Parse(number, CultureInfo.InvariantCulture));
        return new WrkResult(numbers[0], numbers[1] / 1e6, numbers[2], numbers[3] / 1e3, numbers[4] / 1e3);
    }

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            throw new YardstickException("wrk is not on PATH. Debian and Ubuntu: apt-get install wrk; macOS: brew install wrk; else https://github.com/wg/wrk.");
        }
    }

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
