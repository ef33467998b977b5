using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Azure;

namespace TaskAspire.Tests.AppHost;

/// <summary>The app model that is published.</summary>
public class PublishedModelTests
{
    public const string Azure = "azure";
    public const string Compose = "compose";

    [Fact]
    public async Task On_azure_servers_are_azures_own()
    {
        await using var model = await AppModel.PublishAsync(Azure);
        Assert.Empty(model.Names<ContainerResource>());
        Assert.Equal(["apiservice", "migrator", "webhookdispatcher"], model.Names<ProjectResource>());
        Assert.IsType<AzurePostgresFlexibleServerResource>(model["postgres"]);
        Assert.IsType<AzureManagedRedisResource>(model["cache"]);
    }

    [Fact]
    public async Task With_compose_everything_is_a_container()
    {
        await using var model = await AppModel.PublishAsync(Compose);
        Assert.Equal(["cache", "elasticsearch", "grafana", "kibana", "logstash", "postgres", "prometheus"], model.Names<ContainerResource>());
        Assert.DoesNotContain(model.Resources, resource => resource is AzureProvisioningResource);
    }

    [Theory]
    [InlineData(Azure)]
    [InlineData(Compose)]
    public async Task Only_the_api_has_a_public_address(string deployment)
    {
        await using var model = await AppModel.PublishAsync(deployment);
        var open = model.Resources.SelectMany(resource => resource.Annotations.OfType<EndpointAnnotation>().Where(endpoint => endpoint.IsExternal).Select(endpoint => $"{resource.Name}/{endpoint.Name}"));
        Assert.Equal(["apiservice/http"], open);
    }

    [Theory]
    [InlineData(Azure, "apiservice")]
    [InlineData(Azure, "webhookdispatcher")]
    [InlineData(Compose, "apiservice")]
    [InlineData(Compose, "webhookdispatcher")]
    public async Task Metrics_have_a_port_of_their_own(string deployment, string name)
    {
        await using var model = await AppModel.PublishAsync(deployment);
        var metrics = Assert.Single(model.Endpoints(name), endpoint => endpoint.Name == "metrics");
        Assert.Equal(9464, metrics.TargetPort);
        Assert.Equal("9464", (await model.VariablesAsync(name))["Metrics__Port"]);
        Assert.DoesNotContain("metrics", (await model.VariablesAsync(name)).GetValueOrDefault("HTTP_PORTS") ?? "", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Azure, "apiservice")]
    [InlineData(Azure, "webhookdispatcher")]
    public async Task Services_are_probed_where_they_are_deployed(string deployment, string name)
    {
        await using var model = await AppModel.PublishAsync(deployment);
#pragma warning disable ASPIREPROBES001
        var probes = model.Annotations<EndpointProbeAnnotation>(name).ToDictionary(probe => probe.Type, probe => (probe.EndpointReference.EndpointName, probe.Path));
        Assert.Equal(("http", "/health"), probes[ProbeType.Readiness]);
        Assert.Equal(("http", "/alive"), probes[ProbeType.Liveness]);
#pragma warning restore ASPIREPROBES001
    }

    [Theory]
    [InlineData(Azure)]
    [InlineData(Compose)]
    public async Task Secrets_are_secrets(string deployment)
    {
        await using var model = await AppModel.PublishAsync(deployment, "--Parameters:webhook-api-key=k", "--Parameters:elasticsearch-url=http://elsewhere:9200", "--Parameters:elasticsearch-url-password=p");
        var open = model.Resources.OfType<ParameterResource>().Where(parameter => !parameter.Secret).Select(parameter => parameter.Name);
        // Paths, names and addresses; what opens something is none of them.
        Assert.Empty(open.Except(["elasticsearch-url", "jwt-private-key-file", "jwt-public-key-file", "postgres-user"]));
    }

    [Theory]
    [InlineData("apiservice")]
    [InlineData("webhookdispatcher")]
    public async Task An_elasticsearch_elsewhere_is_used_where_it_is_named(string name)
    {
        await using var without = await AppModel.PublishAsync(Azure);
        Assert.DoesNotContain("ELASTICSEARCH_URL", (await without.VariablesAsync(name)).Keys);

        // With "_", as names of variables have it.
        await using var with = await AppModel.PublishAsync(Azure, "--Parameters:elasticsearch_url=https://logs.example.com");
        Assert.Equal("{elasticsearch-url.value}", (await with.VariablesAsync(name))["ELASTICSEARCH_URL"]);
    }

    [Theory]
    [InlineData("apiservice")]
    [InlineData("webhookdispatcher")]
    public async Task Metrics_that_are_sent_to_a_prometheus_elsewhere_have_the_job_that_rules_select_by(string name)
    {
        await using var model = await AppModel.PublishAsync(Azure, "--Parameters:prometheus-url=https://metrics.example.com");
        var variables = await model.VariablesAsync(name);
        Assert.Equal("{prometheus-url.value}/api/v1/otlp/v1/metrics", variables["OTEL_EXPORTER_OTLP_METRICS_ENDPOINT"]);
        Assert.Equal(name, variables["OTEL_SERVICE_NAME"]);
    }

    [Theory]
    [InlineData(Azure, "apiservice", "WEBHOOK_SECRET", "{webhook-secret.value}")]
    [InlineData(Azure, "webhookdispatcher", "WEBHOOK_SECRET", "{webhook-secret.value}")]
    [InlineData(Azure, "apiservice", "JWT_PRIVATE_KEY_PATH", "/etc/taskaspire/keys/jwt-private-key")]
    [InlineData(Azure, "apiservice", "JWT_PUBLIC_KEY_PATH", "/etc/taskaspire/keys/jwt-public-key")]
    [InlineData(Azure, "apiservice", "services__webhookdispatcher__http__0", "{webhookdispatcher.bindings.http.url}")]
    [InlineData(Compose, "apiservice", "ConnectionStrings__taskdb", "{taskdb.connectionString};SSL Mode=Disable")]
    [InlineData(Compose, "migrator", "ConnectionStrings__taskdb", "{taskdb.connectionString};SSL Mode=Disable")]
    [InlineData(Compose, "prometheus", "TARGETS_APISERVICE", "{apiservice.bindings.metrics.host}:{apiservice.bindings.metrics.port}")]
    public async Task Production_gets_what_it_needs(string deployment, string name, string variable, string value)
    {
        await using var model = await AppModel.PublishAsync(deployment);
        Assert.Equal(value, (await model.VariablesAsync(name))[variable]);
    }

    [Theory]
    [InlineData(Azure, "apiservice")]
    [InlineData(Azure, "migrator")]
    [InlineData(Azure, "webhookdispatcher")]
    [InlineData(Compose, "apiservice")]
    public async Task Of_servers_a_service_is_told_the_connection_string_alone(string deployment, string name)
    {
        await using var model = await AppModel.PublishAsync(deployment);
        Assert.DoesNotContain((await model.VariablesAsync(name)).Keys, variable => variable.StartsWith("TASKDB_", StringComparison.Ordinal) || variable.StartsWith("CACHE_", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Dispatcher_is_not_given_the_cache_that_it_does_not_use()
    {
        await using var model = await AppModel.PublishAsync(Azure);
        Assert.DoesNotContain("ConnectionStrings__cache", (await model.VariablesAsync("webhookdispatcher")).Keys);
    }

    [Theory]
    [InlineData(Azure, "apiservice")]
    [InlineData(Compose, "apiservice")]
    [InlineData(Compose, "webhookdispatcher")]
    public async Task A_client_cannot_choose_its_address(string deployment, string name)
    {
        await using var model = await AppModel.PublishAsync(deployment);
        Assert.DoesNotContain("ASPNETCORE_FORWARDEDHEADERS_ENABLED", (await model.VariablesAsync(name)).Keys);
    }

    [Theory]
    [InlineData("postgres", "postgres-data")]
    [InlineData("cache", "cache-data")]
    [InlineData("elasticsearch", "elasticsearch-data")]
    [InlineData("prometheus", "prometheus-data")]
    public async Task Volumes_have_the_same_names_from_every_checkout(string name, string volume)
    {
        await using var model = await AppModel.PublishAsync(Compose);
        Assert.Equal(volume, Assert.Single(model.Annotations<ContainerMountAnnotation>(name)).Source);
    }

    [Fact]
    public async Task No_file_of_this_machine_is_mounted()
    {
        await using var model = await AppModel.PublishAsync(Compose);
        Assert.All(model.Resources.SelectMany(resource => resource.Annotations.OfType<ContainerMountAnnotation>()), mount => Assert.Equal(ContainerMountType.Volume, mount.Type));
    }

    [Fact]
    public async Task Redis_keeps_its_data_by_the_append_only_file()
    {
        await using var model = await AppModel.PublishAsync(Compose);
        var arguments = await model.ArgumentsAsync("cache");
        Assert.Equal("-c", arguments[0]);
        Assert.EndsWith("--appendonly yes", Assert.Single(arguments.Skip(1)), StringComparison.Ordinal);
    }
}
