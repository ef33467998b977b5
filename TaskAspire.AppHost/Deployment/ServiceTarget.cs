using Aspire.Hosting.Azure;
using TaskAspire.AppHost.Settings;

namespace TaskAspire.AppHost.Deployment;

/// <summary>What our services are where they are deployed. While the stack runs here, nothing of it applies.</summary>
public static class ServiceTarget
{
    /// <summary>
    /// The ingress of Azure Container Apps: its addresses are private, and nobody else reaches the API, so what it says about the client is
    /// believed. Rate limits would otherwise count all of them as one.
    /// </summary>
    private static readonly string[] AzureIngress = ["10.0.0.0/8", "100.64.0.0/10"];

    /// <summary>The API: keys and secrets, as many instances as its requests need.</summary>
    public static IResourceBuilder<ProjectResource> PublishAsApi(this IResourceBuilder<ProjectResource> api, StackModel stack)
    {
        if (stack.Secrets is not { } secrets)
        {
            return api;
        }

        secrets.GiveToApi(api);
        if (stack.Target == StackTarget.Compose)
        {
            return api.WithEndpoint("http", endpoint => endpoint.Port = ComposeTarget.ApiPort).PublishAsComposeService();
        }

        foreach (var (index, network) in AzureIngress.Index())
        {
            api.WithEnvironment($"RateLimiting__KnownNetworks__{index}", network);
        }

        return api.WithMetricsSentTo(secrets.PrometheusUrl).ScalesWithRequests();
    }

    /// <summary>The dispatcher: secrets, as many instances as its queue needs.</summary>
    public static IResourceBuilder<ProjectResource> PublishAsDispatcher(
        this IResourceBuilder<ProjectResource> dispatcher, StackModel stack, IResourceBuilder<IResourceWithConnectionString> database)
    {
        if (stack.Secrets is not { } secrets)
        {
            return dispatcher;
        }

        secrets.GiveTo(dispatcher);
        return stack.Target == StackTarget.Compose
            ? dispatcher.PublishAsComposeService()
            : dispatcher.WithMetricsSentTo(secrets.PrometheusUrl).ScalesWithQueue((AzurePostgresFlexibleServerDatabaseResource)database.Resource);
    }

    // Nobody outside reaches the port of the metrics there, so they are sent: Prometheus takes them by OTLP
    // (https://prometheus.io/docs/guides/opentelemetry/).
    private static IResourceBuilder<ProjectResource> WithMetricsSentTo(this IResourceBuilder<ProjectResource> service, IResourceBuilder<ParameterResource>? prometheusUrl) =>
        prometheusUrl is null
            ? service
            : service
                // Prometheus makes it the job, by which rules and dashboards select; by itself it would be the name of the program.
                .WithEnvironment("OTEL_SERVICE_NAME", service.Resource.Name)
                .WithEnvironment("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", ReferenceExpression.Create($"{prometheusUrl}/api/v1/otlp/v1/metrics"))
                .WithEnvironment("OTEL_EXPORTER_OTLP_METRICS_PROTOCOL", "http/protobuf");
}
