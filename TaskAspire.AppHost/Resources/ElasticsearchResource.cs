using TaskAspire.AppHost.Deployment;
using TaskAspire.AppHost.Settings;

namespace TaskAspire.AppHost.Resources;

/// <summary>Elasticsearch, and what belongs to it. Aspire has no package for it any more, so it is a plain container.</summary>
public static class ElasticsearchResource
{
    /// <summary>Elasticsearch, Kibana and Logstash are released together, and only versions that are the same go together: see <c>ops/kibana</c> and <c>ops/logstash</c>.</summary>
    public const string Version = "9.4.2";

    private const int Port = 9200;
    private const string UserName = "elastic";

    /// <summary>
    /// One node of Elasticsearch whose data is kept between runs; null where <c>Observability</c> is off or where the stack is deployed to
    /// Azure. Here it asks nobody for a password; where it is deployed it does.
    /// </summary>
    public static ElasticsearchServer? AddElasticsearch(this StackModel stack, string name)
    {
        if (!stack.HasObservability)
        {
            return null;
        }

        var container = stack.WithLifetime(stack.Builder.AddContainer(name, "elasticsearch/elasticsearch", Version).WithImageRegistry("docker.elastic.co"))
            .WithHttpEndpoint(targetPort: Port)
            .WithIconName("DatabaseSearch")
            .WithEnvironment("discovery.type", "single-node")
            .WithEnvironment("xpack.security.http.ssl.enabled", "false")
            .WithEnvironment("ES_JAVA_OPTS", "-Xms512m -Xmx512m");
        container.WithVolume(stack.VolumeName(container), "/usr/share/elasticsearch/data");
        if (stack.Target == StackTarget.Compose)
        {
            var password = stack.AddSecret("elasticsearch-password");
            container.WithEnvironment("ELASTIC_PASSWORD", password)
                .PublishAsComposeServer("sh", "-c", $"curl --silent --fail --user {UserName}:$$ELASTIC_PASSWORD http://localhost:{Port}/_cluster/health");
            return new ElasticsearchServer(container, password);
        }

        container.WithEnvironment("xpack.security.enabled", "false")
            // A developer's disk is often fuller than the 95 % at which it would stop to write.
            .WithEnvironment("cluster.routing.allocation.disk.threshold_enabled", "false")
            .WithHttpHealthCheck("/_cluster/health?wait_for_status=yellow&timeout=1s");
        return new ElasticsearchServer(container, Password: null);
    }

    /// <summary>
    /// Has a service send its logs there: to the Elasticsearch of the stack, otherwise to the one that the parameter <c>elasticsearch-url</c> names
    /// where it is deployed. A start does not wait for it.
    /// </summary>
    public static IResourceBuilder<ProjectResource> WithLogsIn(this IResourceBuilder<ProjectResource> project, StackModel stack, ElasticsearchServer? server)
    {
        if (server is not null)
        {
            return server.Configure(project);
        }

        return stack.Secrets?.Elasticsearch is { } elsewhere ? elsewhere.Configure(project) : project;
    }

    /// <summary>Logstash with our pipeline, for logs of containers that do not send theirs themselves.</summary>
    public static void AddLogstash(this StackModel stack, string name, ElasticsearchServer? server)
    {
        if (server is null)
        {
            return;
        }

        server.Configure(stack.AddOpsContainer(name, "logstash"))
            .WithHttpEndpoint(targetPort: 9600, name: "api")
            .WithEndpoint(targetPort: 5000, name: "lines", scheme: "tcp")
            .WithEndpoint(targetPort: 5044, name: "beats", scheme: "tcp")
            .WithEndpoint(targetPort: 12201, name: "gelf", scheme: "udp", protocol: System.Net.Sockets.ProtocolType.Udp)
            .WithHttpHealthCheck("/", endpointName: "api")
            .WithIconName("DocumentPipeline")
            .WithEnvironment("LS_JAVA_OPTS", "-Xms256m -Xmx256m")
            .WithEnvironment("TASKASPIRE_ENVIRONMENT", stack.Builder.ExecutionContext.IsRunMode ? stack.Builder.Environment.EnvironmentName.ToLowerInvariant() : "production")
            .WaitFor(server.Container)
            .PublishAsComposeServer("curl", "--silent", "--fail", "http://localhost:9600/");
    }

    /// <summary>Kibana, which brings in our data view, searches and dashboard once it is up.</summary>
    public static void AddKibana(this StackModel stack, string name, ElasticsearchServer? server)
    {
        if (server is null)
        {
            return;
        }

        var kibana = stack.AddOpsContainer(name, "kibana")
            .WithHttpEndpoint(targetPort: 5601)
            .WithHttpHealthCheck("/api/status")
            .WithIconName("DocumentSearch")
            .WithEnvironment("ELASTICSEARCH_HOSTS", server.Endpoint)
            .WithUrlForEndpoint("http", url => url.DisplayText = "Kibana")
            .WaitFor(server.Container);
        if (server.Password is not null)
        {
            kibana.WithEnvironment("ELASTIC_PASSWORD", server.Password)
                .WithEnvironment("KIBANA_PASSWORD", stack.AddSecret("kibana-password"))
                .PublishAsComposeServer("sh", "-c", "curl --silent --fail http://localhost:5601/api/status");
        }
    }
}
