using System.Globalization;
using TaskAspire.AppHost.Settings;

namespace TaskAspire.AppHost.Resources;

/// <summary>What our two services have in common.</summary>
public static class ServiceExtensions
{
    /// <summary>The port of <c>/metrics</c> where a service is deployed: one of its own, which no ingress leads to.</summary>
    public const int MetricsPort = 9464;

    /// <summary>The endpoint of that port.</summary>
    public const string MetricsEndpoint = "metrics";

    /// <summary>Longer than the 2 seconds that a check of <c>/health</c> may take.</summary>
    private const int ProbeTimeoutSeconds = 3;

    /// <summary>
    /// <c>/health</c> says when the service is ready and <c>/alive</c> when it must be started again: for the app host's own waits
    /// and, unlike <c>WithHttpHealthCheck</c> alone, also for the place that it is deployed to.
    /// </summary>
    public static IResourceBuilder<ProjectResource> WithProbes(this IResourceBuilder<ProjectResource> project)
    {
        var endpoint = project.GetEndpoint("http");
#pragma warning disable ASPIREPROBES001 // May change in another version; then the compiler says so here.
        return project
            .WithHttpProbe(ProbeType.Readiness, () => endpoint, "/health", timeoutSeconds: ProbeTimeoutSeconds)
            .WithHttpProbe(ProbeType.Liveness, () => endpoint, "/alive", timeoutSeconds: ProbeTimeoutSeconds)
#pragma warning restore ASPIREPROBES001
            .WithUrlForEndpoint("http", _ => new() { Url = "/health", DisplayText = "Health", DisplayLocation = UrlDisplayLocation.DetailsOnly });
    }

    /// <summary>
    /// The one address that is reachable from outside. Not by <c>WithExternalHttpEndpoints</c>, which opens every endpoint that there is, and
    /// so the metrics.
    /// </summary>
    public static IResourceBuilder<ProjectResource> WithPublicAddress(this IResourceBuilder<ProjectResource> api) =>
        api.WithEndpoint("http", endpoint => endpoint.IsExternal = true)
            .WithUrlForEndpoint("http", _ => new() { Url = "/scalar", DisplayText = "API reference" });

    /// <summary>The page that shows webhooks arrive, in Development.</summary>
    public static IResourceBuilder<ProjectResource> WithInbox(this IResourceBuilder<ProjectResource> dispatcher) =>
        dispatcher.WithUrlForEndpoint("http", _ => new() { Url = "/inbox", DisplayText = "Webhook inbox" });

    /// <summary>
    /// Whom to believe about a client's address is for <c>RateLimiting:KnownProxies</c> and <c>KnownNetworks</c> to say. Aspire would have the
    /// service believe everybody, and so let everybody choose the address that requests are counted for.
    /// </summary>
    public static IResourceBuilder<ProjectResource> WithOwnForwardedHeaders(this IResourceBuilder<ProjectResource> project) => project.DisableForwardedHeaders();

    /// <summary>
    /// Of what is referenced, the connection string or the address. Aspire would add a variable for each part of it, passwords too, which nobody here
    /// reads, and which a deployment would have to get at outside the key vaults.
    /// </summary>
    public static IResourceBuilder<ProjectResource> WithConnectionStringsAlone(this IResourceBuilder<ProjectResource> project) =>
        project.WithReferenceEnvironment(ReferenceEnvironmentInjectionFlags.ConnectionString | ReferenceEnvironmentInjectionFlags.ServiceDiscovery);

    /// <summary><c>/metrics</c>: on a port of its own where the service is deployed, on the same port as everything else in development.</summary>
    public static IResourceBuilder<ProjectResource> WithMetrics(this IResourceBuilder<ProjectResource> project) =>
        project.ApplicationBuilder.ExecutionContext.IsRunMode
            ? project.WithUrlForEndpoint("http", _ => new() { Url = "/metrics", DisplayText = "Metrics", DisplayLocation = UrlDisplayLocation.DetailsOnly })
            : project.WithHttpEndpoint(targetPort: MetricsPort, name: MetricsEndpoint)
                // The service listens there by this setting; as one of its ordinary ports it would be taken twice.
                .WithEndpointsInEnvironment(endpoint => endpoint.Name != MetricsEndpoint)
                .WithEnvironment("Metrics__Port", MetricsPort.ToString(CultureInfo.InvariantCulture));

    /// <summary>Where Prometheus asks that service.</summary>
    internal static EndpointReference Metrics(this IResourceBuilder<ProjectResource> project) =>
        project.GetEndpoint(project.ApplicationBuilder.ExecutionContext.IsRunMode ? "http" : MetricsEndpoint);

    /// <summary>The port on this machine, where that can be chosen: with local processes, by the options of TaskAspire.Standalone.</summary>
    internal static IResourceBuilder<ProjectResource> WithPort(this IResourceBuilder<ProjectResource> project, StackModel stack, Func<Standalone.Options.StandaloneOptions, int> port)
    {
        if (stack is { Target: StackTarget.LocalProcesses, Embedded: { } embedded })
        {
            project.WithEndpoint("http", endpoint => endpoint.Port = port(embedded.Options) is > 0 and var chosen ? chosen : null);
        }

        return project;
    }
}
