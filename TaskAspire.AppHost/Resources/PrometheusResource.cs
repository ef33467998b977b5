using TaskAspire.AppHost.Deployment;
using TaskAspire.AppHost.Settings;
using TaskAspire.Standalone.Backing.Prometheus;
using TaskAspire.Standalone.Stack;

namespace TaskAspire.AppHost.Resources;

/// <summary>Prometheus.</summary>
public static class PrometheusResource
{
    private const int Port = 9090;

    /// <summary>
    /// Prometheus with our rules, asking those services at the addresses that Aspire gives them: a container, or a local process where it is
    /// installed. Null where there is none: on Azure the services send their metrics to one that runs elsewhere.
    /// </summary>
    /// <param name="stack">The app model.</param>
    /// <param name="name">Name of the resource.</param>
    /// <param name="services">What it asks, by the name of the job.</param>
    public static IResourceBuilder<IResourceWithEndpoints>? AddPrometheus(this StackModel stack, string name, params IResourceBuilder<ProjectResource>[] services) => stack.Target switch
    {
        StackTarget.Azure => null,
        StackTarget.LocalProcesses => stack.Embedded is { Options.NoPrometheus: false } && PrometheusServer.Find() is { } program ? AddProcess(stack, name, program, services) : null,
        _ => AddContainer(stack, name, services),
    };

    private static IResourceBuilder<ContainerResource> AddContainer(StackModel stack, string name, IResourceBuilder<ProjectResource>[] services)
    {
        var prometheus = stack.AddOpsContainer(name, "prometheus")
            .WithHttpEndpoint(targetPort: Port)
            .WithHttpHealthCheck("/-/ready")
            .WithIconName("TopSpeed")
            .PublishAsComposeServer("wget", "--quiet", "--spider", $"http://localhost:{Port}/-/ready");
        prometheus.WithVolume(stack.VolumeName(prometheus), "/prometheus");
        foreach (var service in services)
        {
            // Its start script makes a file of targets of each: see ops/prometheus.
            prometheus.WithEnvironment($"TARGETS_{service.Resource.Name.ToUpperInvariant()}", service.Metrics().Property(EndpointProperty.HostAndPort));
        }

        return prometheus;
    }

    private static IResourceBuilder<ExecutableResource> AddProcess(StackModel stack, string name, string program, IResourceBuilder<ProjectResource>[] services)
    {
        var options = stack.Embedded!.Options;
        var home = new DataDirectory(options.DataDirectory).Prometheus;
        var prometheus = stack.Builder.AddExecutable(name, program, home)
            .WithHttpEndpoint(port: options.PrometheusPort is > 0 and var port ? port : null)
            .WithHttpHealthCheck("/-/ready")
            .WithIconName("TopSpeed")
            .OnBeforeResourceStarted((_, _, cancellationToken) => ConfigureAsync(home, services, cancellationToken));
        var endpoint = prometheus.GetEndpoint("http");
        return prometheus.WithArgs(
            "--config.file=prometheus.yml",
            "--storage.tsdb.path=data",
            "--storage.tsdb.retention.time=7d",
            "--enable-feature=exemplar-storage",
            ReferenceExpression.Create($"--web.listen-address=127.0.0.1:{endpoint.Property(EndpointProperty.TargetPort)}"));
    }

    private static async Task ConfigureAsync(string home, IResourceBuilder<ProjectResource>[] services, CancellationToken cancellationToken)
    {
        var targets = new Dictionary<string, string>();
        foreach (var service in services)
        {
            // Known once it has one: this waits for it.
            targets[service.Resource.Name] = await service.Metrics().Property(EndpointProperty.HostAndPort).GetValueAsync(cancellationToken)
                ?? throw new InvalidOperationException($"{service.Resource.Name} has no address.");
        }

        await PrometheusServer.ConfigureAsync(home, targets, cancellationToken);
    }
}
