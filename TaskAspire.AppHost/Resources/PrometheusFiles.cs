namespace TaskAspire.AppHost.Resources;

/// <summary>What a Prometheus that is a local process reads: a copy of <c>ops/prometheus</c>, and beside it where the services are.</summary>
internal static class PrometheusFiles
{
    private const string Configuration = "prometheus.yml";
    private const string Rules = "rules";
    private const string Targets = "targets";

    /// <param name="source"><c>ops/prometheus</c>.</param>
    /// <param name="home">Where Prometheus runs.</param>
    /// <param name="services">What it asks.</param>
    /// <param name="cancellationToken">Ends the wait for the services' addresses.</param>
    public static async Task WriteAsync(string source, string home, IEnumerable<IResourceBuilder<ProjectResource>> services, CancellationToken cancellationToken)
    {
        // A rule that is gone from the repository is gone here, too.
        foreach (var folder in new[] { Rules, Targets }.Select(name => Path.Combine(home, name)))
        {
            if (Directory.Exists(folder))
            {
                Directory.Delete(folder, recursive: true);
            }

            Directory.CreateDirectory(folder);
        }

        File.Copy(Path.Combine(source, Configuration), Path.Combine(home, Configuration), overwrite: true);
        foreach (var rule in Directory.GetFiles(Path.Combine(source, Rules)))
        {
            File.Copy(rule, Path.Combine(home, Rules, Path.GetFileName(rule)));
        }

        foreach (var service in services)
        {
            var address = await service.Metrics().Property(EndpointProperty.HostAndPort).GetValueAsync(cancellationToken);
            await File.WriteAllTextAsync(Path.Combine(home, Targets, $"{service.Resource.Name}.yml"), $"- targets: ['{address}']\n", cancellationToken);
        }
    }
}
