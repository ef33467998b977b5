using System.Diagnostics;
using System.Reflection;
using System.Text.Json.Nodes;
using Npgsql;
using TaskAspire.ApiService.Errors;
using TaskAspire.Standalone;
using TaskAspire.Tests.Fixtures;
using static System.Net.HttpStatusCode;

namespace TaskAspire.Tests.Api;

public sealed class ProblemTests(BackingServices services)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_type_of_problem_is_documented_and_no_other()
    {
        var document = await File.ReadAllTextAsync(Path.Combine(SourceTree.Root!, "docs", "problems.md"), Cancel);
        var documented = document.Split('\n').Where(line => line.StartsWith("| `", StringComparison.Ordinal) && !line.Contains("urn:", StringComparison.Ordinal))
            .Select(line => line.Split('`')[1]).Order();

        var types = typeof(ProblemTypes).GetFields(BindingFlags.Public | BindingFlags.Static)
            .Where(field => field.IsLiteral).Select(field => ((string)field.GetRawConstantValue()!)["urn:taskaspire:problem:".Length..]).Order();

        Assert.Equal(types, documented);
    }

    [Fact]
    public async Task A_database_that_is_away_is_a_503_that_says_when_to_come_again_and_then_all_is_well()
    {
        await using var postgres = await services.StartPrivatePostgresAsync(Cancel);
        await using var redis = await services.RentRedisAsync(Cancel);
        await using var host = new ApiHost(
            postgres.ConnectionString("tasks"), redis.ConnectionString, settings: new Dictionary<string, string?> { ["Database:MigrateAtStart"] = "true" });
        var user = await CreateUserWhenReadyAsync(host);
        await user.CreateTaskAsync("a");

        await postgres.StopAsync();
        var answer = await user.PostAsync("tasks", new JsonObject { ["title"] = "b" }, ServiceUnavailable);
        Assert.Equal(("service-unavailable", "database"), (answer.Problem, (string)answer.Json["service"]!));
        Assert.NotNull(answer.Headers.RetryAfter);
        var health = await user.SendHealthAsync();
        Assert.Equal((503, "unhealthy", "unhealthy", "healthy"), (
            health.Status, (string)health.Json["status"]!, (string)health.Json["checks"]!["database"]!["status"]!, (string)health.Json["checks"]!["redis"]!["status"]!));
        Assert.DoesNotContain("assword", health.Json.ToJsonString(), StringComparison.Ordinal);

        await postgres.StartAsync(Cancel);
        await Eventually.TrueAsync(async () => (await user.SendHealthAsync()).Status == 200, Cancel);
        await user.CreateTaskAsync("c");
        Assert.Equal(2, (int?)(await user.GetAsync("tasks")).Json["total"]);
    }

    [Fact]
    public async Task Nobody_waits_for_a_database_that_hangs()
    {
        await using var postgres = await services.StartPrivatePostgresAsync(Cancel);
        await using var redis = await services.RentRedisAsync(Cancel);
        var server = new NpgsqlConnectionStringBuilder(postgres.ConnectionString("tasks"));
        await using var network = SeverableProxy.To(new UriBuilder("tcp", server.Host, server.Port).Uri);
        (server.Host, server.Port) = ("127.0.0.1", network.Port);
        await using var host = new ApiHost(
            server.ConnectionString, redis.ConnectionString, settings: new Dictionary<string, string?> { ["Database:MigrateAtStart"] = "true" });
        var user = await CreateUserWhenReadyAsync(host);
        var before = await user.CreateTaskAsync("a");

        network.Silence();
        var clock = Stopwatch.StartNew();
        // More than there are connections, so that some wait for an answer and some for a connection.
        var answers = await Task.WhenAll(Enumerable.Range(0, 60).Select(i => i % 2 == 0
            ? user.PostAsync("tasks", new JsonObject { ["title"] = $"b{i}" }, ServiceUnavailable)
            : user.GetAsync($"tasks/{before["id"]}", ServiceUnavailable)));
        Assert.InRange(clock.Elapsed.TotalSeconds, 0, 3);
        Assert.All(answers, answer => Assert.Equal(("service-unavailable", "database"), (answer.Problem, (string)answer.Json["service"]!)));
        Assert.All(answers, answer => Assert.NotNull(answer.Headers.RetryAfter));

        // And now that it is known, not at all.
        clock.Restart();
        await user.GetAsync("tasks?limit=7", ServiceUnavailable);
        Assert.InRange(clock.Elapsed.TotalSeconds, 0, 0.5);

        network.Mend();
        await Eventually.TrueAsync(async () => (await user.SendHealthAsync()).Status == 200, Cancel);
        await user.CreateTaskAsync("c");
    }

    private static async Task<ApiClient> CreateUserWhenReadyAsync(ApiHost host)
    {
        var client = host.CreateAnonymous();
        await Eventually.TrueAsync(async () => (await client.SendHealthAsync()).Status == 200, Cancel);
        await client.RegisterAndLogInAsync(Cancel);
        return client;
    }
}
