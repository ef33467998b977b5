using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace TaskAspire.Bench.Yardstick.Rows;

/// <summary>Durable deliveries beside a bare loop of POSTs, by the program that measures the dispatcher.</summary>
internal static partial class Deliveries
{
    private const double Bound = 0.25;

    public static async Task<Row> RunAsync(Settings settings, CancellationToken cancellationToken)
    {
        var program = Repository.Build("bench/TaskAspire.Bench");
        var ratios = new List<double>();
        List<string> rates = [];
        for (var i = 0; i < (settings.Quick ? 1 : 3); i++)
        {
            var start = new ProcessStartInfo("dotnet", [program, "throughput", "--only", "bare", "taskaspire", "--deliveries", settings.Quick ? "5000" : "20000"])
            {
                RedirectStandardOutput = true,
            };
            using var process = Process.Start(start)!;
            var output = await process.StandardOutput.ReadToEndAsync(cancellationToken);
            await process.WaitForExitAsync(cancellationToken);
            var match = Ratio().Match(output);
            if (!match.Success)
            {
                throw new YardstickException($"{program} throughput: {output}");
            }

            ratios.Add(double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture));
            rates.Add(string.Join(" beside ", Rate().Matches(output).Reverse().Select(m => m.Groups[1].Value)) + "/s");
        }

        return new Row(
            "durable deliveries beside bare POSTs", $"≥ {Bound} ×", $"{Row.Number(Rounds.Median(ratios))} × ({Row.Number(ratios.Min())}–{Row.Number(ratios.Max())})",
            Rounds.Median(ratios) >= Bound, string.Join("; ", rates));
    }

    [GeneratedRegex(@"makes ([0-9.]+) × the deliveries of bare")]
    private static partial Regex Ratio();

    [GeneratedRegex(@"([0-9,]+) deliveries/s")]
    private static partial Regex Rate();
}
