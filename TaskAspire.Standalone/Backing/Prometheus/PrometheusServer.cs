using System.Globalization;
using TaskAspire.Standalone.Output;
using TaskAspire.Standalone.Processes;

namespace TaskAspire.Standalone.Backing.Prometheus;

/// <summary>Prometheus, scraping both services, with the configuration and the alert rules of <c>ops/prometheus</c>.</summary>
internal static class PrometheusServer
{
    private static readonly string Source = Path.Combine(AppContext.BaseDirectory, "ops", "prometheus");

    /// <summary>Whether it is installed.</summary>
    public static string? Find() => Executables.Find("prometheus");

    /// <param name="program">The program.</param>
    /// <param name="directory">Where it keeps its configuration and its data.</param>
    /// <param name="port">Where it listens, on loopback.</param>
    /// <param name="targets">The address of each job.</param>
    /// <param name="records">Where its process is written down.</param>
    /// <param name="output">Where it shows what it says.</param>
    public static SupervisedChild Create(string program, string directory, int port, IReadOnlyDictionary<string, string> targets, ChildRecords records, IStackOutput output)
    {
        return new SupervisedChild("prometheus", PrepareAsync, output) { Records = records };

        async Task<LaunchSpec> PrepareAsync(CancellationToken cancellationToken)
        {
            var configuration = await ConfigureAsync(directory, targets, cancellationToken);
            return new LaunchSpec(
                program,
                $"--config.file={configuration}",
                $"--storage.tsdb.path={Path.Combine(directory, "data")}",
                "--storage.tsdb.retention.time=7d",
                "--enable-feature=exemplar-storage",
                string.Create(CultureInfo.InvariantCulture, $"--web.listen-address=127.0.0.1:{port}"),
                "--log.level=error")
            {
                WorkingDirectory = directory,
            };
        }
    }

    /// <summary>Copies the configuration to <paramref name="directory"/> and writes the addresses beside it.</summary>
    /// <param name="directory">Where Prometheus runs.</param>
    /// <param name="targets">The address of each job, as in <c>127.0.0.1:5080</c>.</param>
    /// <param name="cancellationToken">Ends the writing.</param>
    /// <returns>The configuration file.</returns>
    public static async Task<string> ConfigureAsync(string directory, IReadOnlyDictionary<string, string> targets, CancellationToken cancellationToken)
    {
        var rules = Directory.CreateDirectory(Path.Combine(directory, "rules")).FullName;
        foreach (var stale in Directory.GetFiles(rules))
        {
            // One of an earlier version would go on alerting.
            File.Delete(stale);
        }
        foreach (var file in Directory.GetFiles(Path.Combine(Source, "rules")))
        {
            File.Copy(file, Path.Combine(rules, Path.GetFileName(file)));
        }
        var addresses = Directory.CreateDirectory(Path.Combine(directory, "targets")).FullName;
        foreach (var (job, address) in targets)
        {
            await File.WriteAllTextAsync(Path.Combine(addresses, job + ".yml"), $"- targets: ['{address}']\n", cancellationToken);
        }
        var configuration = Path.Combine(directory, "prometheus.yml");
        File.Copy(Path.Combine(Source, "prometheus.yml"), configuration, overwrite: true);
        return configuration;
    }
}
