namespace TaskAspire.AppHost.Resources;

/// <summary>Probes of our own services.</summary>
public static class ProbeExtensions
{
    /// <summary>Longer than the 2 seconds that a check of <c>/health</c> may take.</summary>
    private const int TimeoutSeconds = 3;

    /// <summary>
    /// <c>/health</c> says when the service is ready and <c>/alive</c> when it must be started again: for the app host's own waits
    /// and, unlike <c>WithHttpHealthCheck</c> alone, also for the place that it is deployed to.
    /// </summary>
    public static IResourceBuilder<ProjectResource> WithProbes(this IResourceBuilder<ProjectResource> project)
    {
#pragma warning disable ASPIREPROBES001 // May change in another version; then the compiler says so here.
        return project
            .WithHttpProbe(ProbeType.Readiness, "/health", timeoutSeconds: TimeoutSeconds)
            .WithHttpProbe(ProbeType.Liveness, "/alive", timeoutSeconds: TimeoutSeconds);
#pragma warning restore ASPIREPROBES001
    }
}
