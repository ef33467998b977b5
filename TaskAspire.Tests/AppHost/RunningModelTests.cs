using Aspire.Hosting.ApplicationModel;

namespace TaskAspire.Tests.AppHost;

/// <summary>The app model while the stack runs on a developer's machine.</summary>
public class RunningModelTests
{
    private static readonly string[] Services = ["apiservice", "migrator", "webhookdispatcher"];

    [Fact]
    public async Task Has_the_resources_of_the_diagram()
    {
        await using var model = await AppModel.CreateAsync(AppModel.Run);
        Assert.Equal(Services, model.Names<ProjectResource>());
        Assert.Equal(["cache", "elasticsearch", "grafana", "kibana", "logstash", "pgweb", "postgres", "prometheus"], model.Names<ContainerResource>());
        Assert.Equal(["cache", "postgres", "taskdb"], model.Names<IResourceWithConnectionString>());
    }

    [Fact]
    public async Task Small_machines_do_without_what_only_watches()
    {
        await using var model = await AppModel.CreateAsync(AppModel.Run, "--Observability=false");
        Assert.Equal(["cache", "pgweb", "postgres", "prometheus"], model.Names<ContainerResource>());
        Assert.DoesNotContain("ELASTICSEARCH_URL", (await model.VariablesAsync("apiservice")).Keys);
    }

    [Fact]
    public async Task Local_processes_stand_in_for_containers()
    {
        await using var model = await AppModel.CreateAsync(AppModel.Embedded);
        Assert.Empty(model.Names<ContainerResource>());
        Assert.Equal(["cache", "taskdb"], model.Names<IResourceWithConnectionString>());
        Assert.Equal(Services, model.Names<ProjectResource>());
        Assert.Equal(["migrator: WaitForCompletion", "taskdb: WaitUntilHealthy"], model.Waits("webhookdispatcher"));
    }

    [Theory]
    [InlineData("migrator", "postgres: WaitUntilHealthy", "taskdb: WaitUntilHealthy")]
    [InlineData("webhookdispatcher", "migrator: WaitForCompletion", "postgres: WaitUntilHealthy", "taskdb: WaitUntilHealthy")]
    [InlineData("apiservice", "cache: WaitUntilHealthy", "migrator: WaitForCompletion", "postgres: WaitUntilHealthy", "taskdb: WaitUntilHealthy")]
    [InlineData("grafana", "prometheus: WaitUntilHealthy")]
    [InlineData("logstash", "elasticsearch: WaitUntilHealthy")]
    [InlineData("kibana", "elasticsearch: WaitUntilHealthy")]
    public async Task Starts_in_order(string name, params string[] waits)
    {
        await using var model = await AppModel.CreateAsync(AppModel.Run);
        Assert.Equal(waits, model.Waits(name));
    }

    [Theory]
    [InlineData(AppModel.Run)]
    [InlineData(AppModel.Embedded)]
    public async Task Everything_that_stays_has_a_health_check(string backing)
    {
        await using var model = await AppModel.CreateAsync(backing);
        // The migrator ends; pgweb is a tool that is started by hand.
        var staying = model.Names<ProjectResource>().Concat(model.Names<ContainerResource>()).Concat(model.Names<IResourceWithConnectionString>()).Except(["migrator", "pgweb"]).Distinct();
        Assert.All(staying, name => Assert.NotEmpty(model.Annotations<HealthCheckAnnotation>(name)));
    }

    [Theory]
    [InlineData("postgres", "/var/lib/postgresql")]
    [InlineData("cache", "/data")]
    [InlineData("elasticsearch", "/usr/share/elasticsearch/data")]
    [InlineData("prometheus", "/prometheus")]
    public async Task Data_outlives_the_container(string name, string folder)
    {
        await using var model = await AppModel.CreateAsync(AppModel.Run);
        var mount = Assert.Single(model.Annotations<ContainerMountAnnotation>(name));
        Assert.Equal(ContainerMountType.Volume, mount.Type);
        Assert.StartsWith(folder, mount.Target, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("apiservice", "ConnectionStrings__taskdb", "{taskdb.connectionString}")]
    [InlineData("apiservice", "ConnectionStrings__cache", "{cache.connectionString}")]
    [InlineData("apiservice", "services__webhookdispatcher__http__0", "{webhookdispatcher.bindings.http.url}")]
    [InlineData("apiservice", "ELASTICSEARCH_URL", "{elasticsearch.bindings.http.url}")]
    [InlineData("webhookdispatcher", "ConnectionStrings__taskdb", "{taskdb.connectionString}")]
    [InlineData("webhookdispatcher", "ELASTICSEARCH_URL", "{elasticsearch.bindings.http.url}")]
    [InlineData("migrator", "ConnectionStrings__taskdb", "{taskdb.connectionString}")]
    [InlineData("migrator", "DOTNET_ENVIRONMENT", "Development")]
    [InlineData("prometheus", "TARGETS_APISERVICE", "{apiservice.bindings.http.host}:{apiservice.bindings.http.port}")]
    [InlineData("prometheus", "TARGETS_WEBHOOKDISPATCHER", "{webhookdispatcher.bindings.http.host}:{webhookdispatcher.bindings.http.port}")]
    [InlineData("grafana", "PROMETHEUS_URL", "{prometheus.bindings.http.url}")]
    [InlineData("kibana", "ELASTICSEARCH_HOSTS", "{elasticsearch.bindings.http.url}")]
    [InlineData("logstash", "ELASTICSEARCH_URL", "{elasticsearch.bindings.http.url}")]
    public async Task Tells_each_where_the_others_are(string name, string variable, string value)
    {
        await using var model = await AppModel.CreateAsync(AppModel.Run);
        Assert.Equal(value, (await model.VariablesAsync(name))[variable]);
    }

    [Fact]
    public async Task Redis_keeps_its_data_by_snapshots_and_the_append_only_file()
    {
        await using var model = await AppModel.CreateAsync(AppModel.Run);
        var arguments = await model.ArgumentsAsync("cache");
        Assert.Contains("--save", arguments);
        Assert.Equal(["--appendonly", "yes"], arguments.TakeLast(2));
    }

    [Fact]
    public async Task Nobody_logs_in_to_grafana()
    {
        await using var model = await AppModel.CreateAsync(AppModel.Run);
        var variables = await model.VariablesAsync("grafana");
        Assert.Equal("true", variables["GF_AUTH_ANONYMOUS_ENABLED"]);
        Assert.Equal("true", variables["GF_AUTH_DISABLE_LOGIN_FORM"]);
    }

    [Theory]
    [InlineData("taskdb", "reset-database")]
    [InlineData("cache", "flush-cache")]
    [InlineData("apiservice", "seed-demo-data")]
    [InlineData("webhookdispatcher", "send-test-webhook")]
    public async Task Dashboard_has_commands(string name, string command)
    {
        await using var model = await AppModel.CreateAsync(AppModel.Run);
        Assert.Contains(command, model.Annotations<ResourceCommandAnnotation>(name).Select(annotation => annotation.Name));
    }

    [Fact]
    public async Task Containers_outlive_the_app_host_only_by_the_setting()
    {
        await using var usual = await AppModel.CreateAsync(AppModel.Run);
        Assert.All(usual.Names<ContainerResource>(), name => Assert.DoesNotContain(usual.Annotations<ContainerLifetimeAnnotation>(name), lifetime => lifetime.Lifetime == ContainerLifetime.Persistent));

        await using var persistent = await AppModel.CreateAsync(AppModel.Run, "--PersistentContainers=true");
        Assert.All(persistent.Names<ContainerResource>(), name => Assert.Contains(persistent.Annotations<ContainerLifetimeAnnotation>(name), lifetime => lifetime.Lifetime == ContainerLifetime.Persistent));
    }

    [Theory]
    [InlineData("--Backing=cloud", "Backing must be auto, containers or embedded.")]
    [InlineData("--Backing=1", "Backing must be auto, containers or embedded.")]
    [InlineData("--Deployment=cloud", "Deployment must be azure or compose.")]
    [InlineData("--Observability=maybe", "Observability must be true or false.")]
    public async Task An_unknown_value_is_refused(string argument, string message)
    {
        var exception = await Assert.ThrowsAnyAsync<Exception>(() => AppModel.CreateAsync(argument));
        Assert.Contains(message, exception.ToString(), StringComparison.Ordinal);
    }
}
