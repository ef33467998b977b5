using System.Globalization;
using TaskAspire.Standalone.Output;
using TaskAspire.Standalone.Processes;

namespace TaskAspire.Standalone.Backing.Prometheus;

/// <summary>Prometheus, scraping both services.</summary>
internal static class PrometheusServer
{
    /// <summary>Whether it is installed.</summary>
    public static string? Find() => Executables.Find("prometheus");

    public static SupervisedChild Create(string program, string directory, int port, IReadOnlyDictionary<string, int> targets, ChildRecords records, IStackOutput output)
    {
        return new SupervisedChild("prometheus", PrepareAsync, output) { Records = records };

        async Task<LaunchSpec> PrepareAsync(CancellationToken cancellationToken)
        {
            Directory.CreateDirectory(directory);
            var configuration = Path.Combine(directory, "prometheus.yml");
            await File.WriteAllTextAsync(configuration, Configuration(targets), cancellationToken);
            return new LaunchSpec(
                program,
                $"--config.file={configuration}",
                $"--storage.tsdb.path={Path.Combine(directory, "data")}",
                "--storage.tsdb.retention.time=7d",
                string.Create(CultureInfo.InvariantCulture, $"--web.listen-address=127.0.0.1:{port}"),
                "--log.level=error")
            {
                WorkingDirectory = directory,
            };
        }
    }

    /// <summary>Scrapes <c>/metrics</c> of each target; adds the alert rules of the repository where they are there.</summary>
    public static string Configuration(IReadOnlyDictionary<string, int> targets)
    {
        var rules = SourceTree.Root is { } root && Directory.Exists(Path.Combine(root, "ops", "prometheus", "rules"))
            ? $"rule_files: ['{Path.Combine(root, "ops", "prometheus", "rules", "*.yml")}']\n"
            : "";
        var jobs = targets.Select(target => string.Create(CultureInfo.InvariantCulture, $"""
              - job_name: {target.Key}
                static_configs:
                  - targets: ['127.0.0.1:{target.Value}']

            """));
        return $"global:\n  scrape_interval: 5s\n  evaluation_interval: 15s\n{rules}scrape_configs:\n{string.Concat(jobs)}";
    }
}
