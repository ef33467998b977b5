using System.Text.RegularExpressions;
using TaskAspire.Tests.Fixtures;

namespace TaskAspire.Tests.AppHost;

/// <summary>The <c>docker-compose.yaml</c> that the app host publishes.</summary>
public partial class ComposeFileTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Is_complete()
    {
        var (file, variables) = await PublishAsync();
        Assert.Equal(
            ["apiservice", "cache", "compose-dashboard", "elasticsearch", "grafana", "kibana", "logstash", "migrator", "postgres", "prometheus", "webhookdispatcher"],
            Services().Matches(Part(file, "services")).Select(match => match.Groups[1].Value).Order(StringComparer.Ordinal));
        // Each variable of the file is listed for whoever fills it in.
        Assert.All(Variables().Matches(file), variable => Assert.Contains($"{variable.Groups[1].Value}=", variables, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Waits_for_health_where_there_is_a_check()
    {
        var (file, _) = await PublishAsync();
        var api = Service(file, "apiservice");
        Assert.Matches(@"migrator""?:\s+condition: ""?service_completed_successfully", api);
        Assert.Matches(@"postgres""?:\s+condition: ""?service_healthy", api);
        Assert.Matches(@"cache""?:\s+condition: ""?service_healthy", api);
        Assert.Contains("pg_isready", Service(file, "postgres"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Publishes_the_port_of_the_api_alone()
    {
        var (file, _) = await PublishAsync();
        Assert.Contains("8080:${APISERVICE_PORT}", Service(file, "apiservice"), StringComparison.Ordinal);
        var open = Services().Matches(Part(file, "services")).Select(match => match.Groups[1].Value).Where(name => Service(file, name).Contains("ports:", StringComparison.Ordinal));
        Assert.Equal(["apiservice"], open);
    }

    [Fact]
    public async Task Keys_are_secrets_and_nothing_of_this_machine_is_mounted()
    {
        var (file, _) = await PublishAsync();
        Assert.Contains("file: \"${JWT_PRIVATE_KEY_FILE}\"", file, StringComparison.Ordinal);
        Assert.Contains("/etc/taskaspire/keys/jwt-private-key", Service(file, "apiservice"), StringComparison.Ordinal);
        Assert.DoesNotContain("type: \"bind\"", file, StringComparison.Ordinal);
    }

    private static async Task<(string File, string Variables)> PublishAsync()
    {
        using var directory = new TestDirectory();
        await AppModel.WriteAsync(PublishedModelTests.Compose, "--step=publish", $"--output-path={directory.Path}");
        return (
            await File.ReadAllTextAsync(Path.Combine(directory.Path, "docker-compose.yaml"), Token),
            await File.ReadAllTextAsync(Path.Combine(directory.Path, ".env"), Token));
    }

    private static string Part(string file, string name) => Regex.Match(file, $@"(?ms)^{name}:\n(.*?)(?=^\S|\z)").Groups[1].Value;

    private static string Service(string file, string name) => Regex.Match(Part(file, "services"), $@"(?ms)^  {name}:\n(.*?)(?=^  \S|\z)").Groups[1].Value;

    [GeneratedRegex(@"(?m)^  (\S+):\s*$")]
    private static partial Regex Services();

    [GeneratedRegex(@"(?<!\$)\$\{([A-Z0-9_]+)\}")]
    private static partial Regex Variables();
}
