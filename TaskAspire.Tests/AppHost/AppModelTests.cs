using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;

namespace TaskAspire.Tests.AppHost;

/// <summary>The app model as it is written, without starting any of it.</summary>
public class AppModelTests
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Has_the_resources_of_the_diagram()
    {
        await using var builder = await CreateAsync();
        Assert.Equal(
            ["apiservice", "cache", "migrator", "postgres", "taskdb", "webhookdispatcher"],
            builder.Resources.Where(resource => resource is ProjectResource or IResourceWithConnectionString)
                .Select(resource => resource.Name).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("migrator", "taskdb", WaitType.WaitUntilHealthy)]
    [InlineData("webhookdispatcher", "migrator", WaitType.WaitForCompletion)]
    [InlineData("apiservice", "migrator", WaitType.WaitForCompletion)]
    [InlineData("apiservice", "cache", WaitType.WaitUntilHealthy)]
    public async Task Starts_in_order(string name, string dependency, WaitType type)
    {
        await using var builder = await CreateAsync();
        var waits = Resource(builder, name).Annotations.OfType<WaitAnnotation>();
        Assert.Contains(waits, wait => wait.Resource.Name == dependency && wait.WaitType == type);
    }

    [Theory]
    [InlineData("apiservice", "ConnectionStrings__taskdb")]
    [InlineData("apiservice", "ConnectionStrings__cache")]
    [InlineData("apiservice", "services__webhookdispatcher__http__0")]
    [InlineData("webhookdispatcher", "ConnectionStrings__taskdb")]
    [InlineData("migrator", "ConnectionStrings__taskdb")]
    public async Task Tells_each_service_where_the_others_are(string name, string variable)
    {
        await using var builder = await CreateAsync("--operation=publish");
        Assert.Contains(variable, await VariablesAsync(builder, name));
    }

    [Fact]
    public async Task Dispatcher_is_not_given_the_cache_that_it_does_not_use()
    {
        await using var builder = await CreateAsync("--operation=publish");
        Assert.DoesNotContain("ConnectionStrings__cache", await VariablesAsync(builder, "webhookdispatcher"));
    }

    [Fact]
    public async Task Only_the_api_has_a_public_address()
    {
        await using var builder = await CreateAsync();
        var open = builder.Resources.Where(resource => resource.Annotations.OfType<EndpointAnnotation>().Any(endpoint => endpoint.IsExternal));
        Assert.Equal("apiservice", Assert.Single(open).Name);
    }

    [Theory]
    [InlineData("apiservice")]
    [InlineData("webhookdispatcher")]
    public async Task Services_are_probed_where_they_are_deployed(string name)
    {
        await using var builder = await CreateAsync();
#pragma warning disable ASPIREPROBES001
        var probes = Resource(builder, name).Annotations.OfType<EndpointProbeAnnotation>().ToDictionary(probe => probe.Type, probe => probe.Path);
        Assert.Equal("/health", probes[ProbeType.Readiness]);
        Assert.Equal("/alive", probes[ProbeType.Liveness]);
#pragma warning restore ASPIREPROBES001
    }

    [Theory]
    [InlineData()]
    [InlineData("--operation=publish")]
    public async Task Redis_keeps_its_data_both_ways(params string[] args)
    {
        await using var builder = await CreateAsync(args);
        var cache = (IResourceWithArgs)Resource(builder, "cache");
        var command = new List<object>();
        foreach (var annotation in cache.Annotations.OfType<CommandLineArgsCallbackAnnotation>())
        {
            await annotation.Callback(new CommandLineArgsCallbackContext(command, cache, Cancel) { ExecutionContext = builder.ExecutionContext });
        }

        var shell = string.Join(' ', command);
        Assert.Contains("--save", shell, StringComparison.Ordinal);
        Assert.EndsWith("--appendonly yes", shell, StringComparison.Ordinal);
        Assert.Equal(args.Length == 0 ? -1 : 0, command.IndexOf("-c"));
        Assert.True(args.Length == 0 || command.Count == 2);
    }

    [Fact]
    public async Task An_unknown_backing_is_refused()
    {
        var exception = await Assert.ThrowsAnyAsync<Exception>(() => CreateAsync("--Backing=cloud"));
        Assert.Contains("Backing must be auto, containers or embedded", exception.ToString(), StringComparison.Ordinal);
    }

    // Containers, so that a machine without a runtime does not hand over to the stack of local processes.
    private static Task<IDistributedApplicationTestingBuilder> CreateAsync(params string[] args) =>
        DistributedApplicationTestingBuilder.CreateAsync<Projects.TaskAspire_AppHost>(["--Backing=containers", .. args], Cancel);

    private static IResource Resource(IDistributedApplicationTestingBuilder builder, string name) =>
        builder.Resources.Single(resource => resource.Name == name);

    private static async Task<IEnumerable<string>> VariablesAsync(IDistributedApplicationTestingBuilder builder, string name)
    {
        var variables = new Dictionary<string, object>();
        var context = new EnvironmentCallbackContext(builder.ExecutionContext, Resource(builder, name), variables, Cancel);
        foreach (var annotation in context.Resource.Annotations.OfType<EnvironmentCallbackAnnotation>())
        {
            await annotation.Callback(context);
        }

        return variables.Keys;
    }
}
