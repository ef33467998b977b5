using TaskAspire.AppHost.Deployment;
using TaskAspire.AppHost.Settings;

namespace TaskAspire.AppHost.Resources;

/// <summary>Grafana.</summary>
public static class GrafanaResource
{
    private const int Port = 3000;

    /// <summary>
    /// Grafana with our dashboards, looking at that Prometheus; nothing where <c>Observability</c> is off. Here nobody has to log in; where
    /// it is deployed there is an administrator with a password. It keeps nothing: what it shows is in the repository.
    /// </summary>
    public static void AddGrafana(this StackModel stack, string name, IResourceBuilder<IResourceWithEndpoints>? prometheus)
    {
        if (!stack.HasObservability || prometheus is null)
        {
            return;
        }

        var grafana = stack.AddOpsContainer(name, "grafana")
            .WithHttpEndpoint(targetPort: Port)
            .WithHttpHealthCheck("/api/health")
            .WithIconName("ChartMultiple")
            .WithEnvironment("PROMETHEUS_URL", prometheus.GetEndpoint("http"))
            .WithEnvironment("TRACES_URL", DashboardUrl(stack))
            .WaitFor(prometheus);
        if (stack.Target == StackTarget.Compose)
        {
            grafana.WithEnvironment("GF_SECURITY_ADMIN_PASSWORD", stack.AddSecret("grafana-password"))
                .PublishAsComposeServer("wget", "--quiet", "--spider", $"http://localhost:{Port}/api/health");
            return;
        }

        grafana.WithEnvironment("GF_AUTH_ANONYMOUS_ENABLED", "true")
            .WithEnvironment("GF_AUTH_ANONYMOUS_ORG_ROLE", "Admin")
            .WithEnvironment("GF_AUTH_DISABLE_LOGIN_FORM", "true");
    }

    // Links from a slow request to its trace. A deployed dashboard has no address that a browser outside knows.
    private static string DashboardUrl(StackModel stack) =>
        stack.Builder.ExecutionContext.IsRunMode ? (stack.Builder.Configuration["ASPNETCORE_URLS"] ?? "").Split(';')[0] : "";
}
