using System.Text.Json;
using System.Text.RegularExpressions;
using TaskAspire.Tests.Fixtures;

namespace TaskAspire.Tests.AppHost;

/// <summary>What the app host publishes for Azure: Bicep by <c>aspire publish</c> and <c>aspire deploy</c>, and the manifest that <c>azd</c> reads.</summary>
public partial class AzureTemplateTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Has_a_module_for_each_part()
    {
        using var directory = new TestDirectory();
        await PublishAsync("--step=publish", directory.Path);
        var modules = Directory.EnumerateDirectories(directory.Path).Select(Path.GetFileName).ToList();
        Assert.Superset(
            new HashSet<string?> { "apiservice", "cache", "cache-kv", "env", "env-acr", "migrator", "postgres", "postgres-kv", "webhookdispatcher" }, modules.ToHashSet());
        var main = await File.ReadAllTextAsync(Path.Combine(directory.Path, "main.bicep"), Token);
        Assert.All(Modules().Matches(main), module => Assert.True(File.Exists(Path.Combine(directory.Path, module.Groups[1].Value)), module.Value));
    }

    [Fact]
    public async Task Only_the_api_can_be_reached_from_outside()
    {
        using var directory = new TestDirectory();
        await PublishAsync("--step=publish", directory.Path);
        Assert.Equal(["true", "false"], External().Matches(await ReadAsync(directory, "apiservice")).Select(match => match.Groups[1].Value));
        Assert.Equal(["false", "false"], External().Matches(await ReadAsync(directory, "webhookdispatcher")).Select(match => match.Groups[1].Value));
        Assert.Empty(External().Matches(await ReadAsync(directory, "migrator")));
    }

    [Fact]
    public async Task The_migrator_is_a_job_that_is_started()
    {
        using var directory = new TestDirectory();
        await PublishAsync("--step=publish", directory.Path);
        var migrator = await ReadAsync(directory, "migrator");
        Assert.Contains("'Microsoft.App/jobs@", migrator, StringComparison.Ordinal);
        Assert.Contains("triggerType: 'Manual'", migrator, StringComparison.Ordinal);
        Assert.Contains("'migrate'", migrator, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_api_grows_with_requests_and_the_dispatcher_with_what_is_due()
    {
        using var directory = new TestDirectory();
        await PublishAsync("--step=publish", directory.Path);
        Assert.Contains("concurrentRequests: '50'", await ReadAsync(directory, "apiservice"), StringComparison.Ordinal);
        var dispatcher = await ReadAsync(directory, "webhookdispatcher");
        Assert.Contains("type: 'postgresql'", dispatcher, StringComparison.Ordinal);
        Assert.Contains("FROM webhook_deliveries WHERE state = 0", dispatcher, StringComparison.Ordinal);
        Assert.Matches(@"secretRef: 'queue-password'\s+triggerParameter: 'password'", dispatcher);
    }

    [Theory]
    [InlineData("apiservice")]
    [InlineData("webhookdispatcher")]
    [InlineData("migrator")]
    public async Task Secrets_are_referred_to(string name)
    {
        using var directory = new TestDirectory();
        await PublishAsync("--step=publish", directory.Path);
        var template = await ReadAsync(directory, name);
        // A variable of the container has a value that anybody may read, or refers to a secret.
        var secure = SecureParameters().Matches(template).Select(match => match.Groups[1].Value).ToList();
        var environment = Regex.Match(template, @"(?s) env: \[(.*?)\n          \]").Groups[1].Value;
        Assert.DoesNotContain(secure, parameter => environment.Contains(parameter, StringComparison.Ordinal));
        Assert.Matches(@"name: 'ConnectionStrings__taskdb'\s+secretRef:", environment);
        // Connection strings are in the vaults; a copy of what they are made of would be one more place to change a password at.
        Assert.DoesNotContain("postgresql://", template, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_manifest_for_azd_has_every_resource()
    {
        using var directory = new TestDirectory();
        var path = Path.Combine(directory.Path, "manifest.json");
        await PublishAsync("--publisher=manifest", path);
        using var manifest = JsonDocument.Parse(await File.ReadAllBytesAsync(path, Token));
        var resources = manifest.RootElement.GetProperty("resources").EnumerateObject().ToDictionary(r => r.Name, r => r.Value.GetProperty("type").GetString());
        Assert.Superset(
            new HashSet<string> { "apiservice", "cache", "env", "jwt-private-key", "jwt-public-key", "migrator", "postgres", "taskdb", "webhook-secret", "webhookdispatcher" },
            resources.Keys.ToHashSet());
        // Not known to azd before October 2025.
        Assert.DoesNotContain("annotated.string", resources.Values);
    }

    private static Task PublishAsync(string what, string path) => AppModel.WriteAsync(
        PublishedModelTests.Azure, "--Parameters:jwt-private-key=private", "--Parameters:jwt-public-key=public", what, $"--output-path={path}");

    private static Task<string> ReadAsync(TestDirectory directory, string name) => File.ReadAllTextAsync(Path.Combine(directory.Path, name, $"{name}.bicep"), Token);

    [GeneratedRegex(@"external: (\w+)")]
    private static partial Regex External();

    [GeneratedRegex(@"(?m)^module \S+ '([^']+)'")]
    private static partial Regex Modules();

    [GeneratedRegex(@"@secure\(\)\s+param (\w+)")]
    private static partial Regex SecureParameters();
}
