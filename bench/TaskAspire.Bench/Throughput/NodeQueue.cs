using System.Globalization;
using System.Text;
using System.Text.Json;
using TaskAspire.Standalone;
using TaskAspire.Standalone.Processes;

namespace TaskAspire.Bench.Throughput;

/// <summary>A job queue of npm (<c>bench/npm</c>), each of whose jobs posts the body. The script says what it took.</summary>
internal static class NodeQueue
{
    /// <summary>Runs it.</summary>
    /// <param name="queue">The package.</param>
    /// <param name="work">What is to be done.</param>
    /// <param name="workers">Of pg-boss: loops that fetch jobs.</param>
    /// <param name="batchSize">Of pg-boss: jobs that each gets at a time.</param>
    /// <param name="warmUp">Jobs done before the clock starts.</param>
    /// <param name="cancellationToken">Breaks it off.</param>
    public static async Task<TimeSpan> RunAsync(string queue, Workload work, int workers, int batchSize, int warmUp, CancellationToken cancellationToken)
    {
        var folder = Path.Combine(SourceTree.Root!, "bench", "npm");
        if (!Directory.Exists(Path.Combine(folder, "node_modules", queue)))
        {
            await RunAsync("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], folder, cancellationToken);
        }

        await using var laboratory = await Laboratory.OpenAsync(cancellationToken);
        var builder = new Npgsql.NpgsqlConnectionStringBuilder(laboratory.ConnectionString);
        var task = JsonSerializer.Serialize(new
        {
            connectionString = $"postgres://{builder.Username}:{builder.Password}@{builder.Host}:{builder.Port}/{builder.Database}",
            url = work.Receiver.Url,
            headers = work.Headers(),
            body = Encoding.UTF8.GetString(work.Payload),
            warmUp,
            count = work.Deliveries,
            concurrency = work.Concurrency,
            workers,
            batchSize,
        });
        var output = await RunAsync("node", [$"{queue}.js", task], folder, cancellationToken);
        return TimeSpan.FromMilliseconds(double.Parse(output.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1], CultureInfo.InvariantCulture));
    }

    private static async Task<string> RunAsync(string program, string[] arguments, string folder, CancellationToken cancellationToken)
    {
        var path = Executables.Find(program) ?? throw new InvalidOperationException($"{program} is not on PATH; Node.js 20 or later has it (https://nodejs.org).");
        var result = await Command.RunAsync(new LaunchSpec(path, arguments) { WorkingDirectory = folder }, cancellationToken);
        return result.Succeeded ? result.Output : throw new InvalidOperationException($"{program} {arguments[0]}: {result.Output}");
    }
}
