using Aspire.Hosting.Docker.Resources;
using Aspire.Hosting.Docker.Resources.ServiceNodes;

namespace TaskAspire.AppHost.Deployment;

/// <summary>Docker Compose as the place that the stack is deployed to.</summary>
internal static class ComposeTarget
{
    /// <summary>The port of this machine that the API is at; a reverse proxy with a certificate belongs before it.</summary>
    public const int ApiPort = 8080;

    private const string Started = "service_started";
    private const string Healthy = "service_healthy";

    /// <summary>Has the stack published as a <c>docker-compose.yaml</c> and the <c>.env</c> that it wants filled in.</summary>
    public static void AddComposeTarget(this IDistributedApplicationBuilder builder) =>
        builder.AddDockerComposeEnvironment("compose")
            // By itself it would be the second thing with a port of the machine.
            .WithDashboard(dashboard => dashboard.WithHostPort(null))
            .ConfigureComposeFile(file =>
            {
                file.Name = "taskaspire";
                KeyFiles.AddTo(file);
                WaitForHealth(file);
            });

    /// <summary>A server that Docker starts again when it ends, and that tells whether it is healthy.</summary>
    /// <param name="server">The server.</param>
    /// <param name="check">A command inside its container that succeeds when it is.</param>
    public static IResourceBuilder<T> PublishAsComposeServer<T>(this IResourceBuilder<T> server, params string[] check)
        where T : ContainerResource =>
        server.PublishAsDockerComposeService((_, service) =>
        {
            service.Restart = "unless-stopped";
            service.Healthcheck = new Healthcheck { Test = ["CMD", .. check], Interval = "10s", Timeout = "5s", Retries = 12, StartPeriod = "30s" };
        });

    /// <summary>One of our services.</summary>
    public static IResourceBuilder<ProjectResource> PublishAsComposeService(this IResourceBuilder<ProjectResource> project) =>
        project.PublishAsDockerComposeService((_, service) =>
        {
            service.Restart = "unless-stopped";
            // A dispatcher finishes what it holds within 20 seconds, the API what is under way within 35; Docker's own patience is 10.
            service.StopGracePeriod = "40s";
        });

    // Aspire knows no health checks of Compose and waits for the start alone.
    private static void WaitForHealth(ComposeFile file)
    {
        foreach (var (name, dependency) in file.Services.Values.SelectMany(service => service.DependsOn))
        {
            if (dependency.Condition == Started && file.Services.GetValueOrDefault(name)?.Healthcheck is not null)
            {
                dependency.Condition = Healthy;
            }
        }
    }
}
