using System.Reflection;
using System.Text.Json.Nodes;
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

    [Theory]
    [InlineData("GET", "nowhere", 404, "GET /openapi/v1.json")]
    [InlineData("GET", "tasks/1", 404, "UUIDs")]
    [InlineData("PUT", "tasks", 405, "Allow")]
    [InlineData("GET", "export", 406, "text/csv")]
    [InlineData("POST", "tasks", 415, "application/json")]
    [InlineData("GET", "tasks?limit=0", 400, "errors")]
    public async Task Whoever_asks_for_another_media_type_is_told_all_the_same(string method, string route, int status, string remedy)
    {
        var user = await SharedApi.On(services).CreateUserAsync();
        using var request = new HttpRequestMessage(new HttpMethod(method), $"/api/v1/{route}");
        request.Headers.TryAddWithoutValidation("Accept", "text/html");
        request.Content = method == "POST" ? new StringContent("a") : null;

        using var answer = await user.Http.SendAsync(request, Cancel);

        Assert.Equal((status, "application/problem+json"), ((int)answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
        var problem = JsonNode.Parse(await answer.Content.ReadAsStringAsync(Cancel))!;
        Assert.Equal((status, $"/api/v1/{route.Split('?')[0]}"), ((int)problem["status"]!, (string?)problem["instance"]));
        Assert.Contains(remedy, (string)problem["detail"]!, StringComparison.Ordinal);
        Assert.Matches("^[0-9a-f]{32}$", (string)problem["traceId"]!);
    }

    [Fact]
    public async Task A_body_that_is_too_large_is_told_how_large_it_may_be()
    {
        var user = await SharedApi.On(services).CreateUserAsync();

        var answer = await user.PostAsync("tasks", new JsonObject { ["title"] = new string('a', 2 * 1024 * 1024) }, RequestEntityTooLarge);

        Assert.Contains("at most 1 MiB", (string)answer.Json["detail"]!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tasks", """{"title":"a","categoryId":"x"}""", "categoryId", "A UUID is expected")]
    [InlineData("tasks", """{"title":"a","parentId":1}""", "parentId", "A UUID is expected")]
    [InlineData("tasks", """{"title":"a","reminders":{}}""", "reminders", "A list is expected.")]
    [InlineData("tasks", """{"title":"a","reminders":[1]}""", "reminders[0]", "An object is expected.")]
    [InlineData("tasks", """{"title":{}}""", "title", "A string is expected.")]
    [InlineData("tasks", """[]""", "$", "An object is expected.")]
    [InlineData("tasks", """{"title":"  "}""", "title", "A text is expected that is not blank.")]
    [InlineData("categories", """{"name":""}""", "name", "A text is expected that is not blank.")]
    [InlineData("tasks/bulk", """{"atomic":1,"operations":[]}""", "atomic", "true or false is expected.")]
    [InlineData("tasks", """{"title":"a","reminders":[{"minutesBeforeDue":"x"}]}""", "reminders[0].minutesBeforeDue", "A whole number is expected.")]
    [InlineData("tasks", """{"title":"a","reminders":[{"minutesBeforeDue":1.5}]}""", "reminders[0].minutesBeforeDue", "A whole number is expected.")]
    [InlineData("tasks", """{"title":"a","reminders":[{"minutesBeforeDue":1e10}]}""", "reminders[0].minutesBeforeDue", "to 2147483647")]
    [InlineData("tasks", """{"title":"a",}""", "$", "trailing comma")]
    [InlineData("tasks", """  """, "$", "JSON token")]
    public async Task What_is_wrong_is_said_in_the_clients_words(string route, string body, string field, string message)
    {
        var user = await SharedApi.On(services).CreateUserAsync();
        using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");

        using var answer = await user.Http.PostAsync($"/api/v1/{route}", content, Cancel);

        Assert.Equal(BadRequest, answer.StatusCode);
        var told = (string)JsonNode.Parse(await answer.Content.ReadAsStringAsync(Cancel))!["errors"]![field]![0]!;
        Assert.Contains(message, told, StringComparison.Ordinal);
        Assert.DoesNotMatch("reader options|isFinalBlock|System\\.", told);
    }

    [Fact]
    public async Task Answers_are_no_business_of_caches_on_the_way()
    {
        var user = await SharedApi.On(services).CreateUserAsync();
        var task = await user.CreateTaskAsync("a");

        foreach (var path in new[] { $"tasks/{task["id"]}", "tasks", "tasks", "categories", "tags" })
        {
            var headers = (await user.GetAsync(path)).Headers;
            Assert.Equal((true, true), (headers.CacheControl?.Private, headers.CacheControl?.NoCache));
            Assert.Equal("nosniff", Assert.Single(headers.GetValues("X-Content-Type-Options")));
        }
    }

    [Fact]
    public async Task A_database_that_is_away_is_a_503_that_says_when_to_come_again_and_then_all_is_well()
    {
        await using var postgres = await services.StartPrivatePostgresAsync(Cancel);
        await using var redis = await services.RentRedisAsync(Cancel);
        await using var host = new ApiHost(
            postgres.ConnectionString("tasks"), redis.ConnectionString, settings: new Dictionary<string, string?> { ["Database:MigrateAtStart"] = "true" });
        var user = await host.CreateUserWhenReadyAsync(Cancel);
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
        await using var network = SeverableProxy.ToDatabase(postgres.ConnectionString("tasks"), out var database);
        await using var host = new ApiHost(
            database, redis.ConnectionString, settings: new Dictionary<string, string?> { ["Database:MigrateAtStart"] = "true" });
        var user = await host.CreateUserWhenReadyAsync(Cancel);
        var before = await user.CreateTaskAsync("a");

        network.Silence();
        // More than there are connections, so that some wait for an answer and some for a connection. Each alone would wait for 30 s.
        var answers = await Task.WhenAll(Enumerable.Range(0, 60).Select(i => i % 2 == 0
            ? user.PostAsync("tasks", new JsonObject { ["title"] = $"b{i}" }, ServiceUnavailable)
            : user.GetAsync($"tasks/{before["id"]}", ServiceUnavailable))).WaitAsync(TimeSpan.FromSeconds(15), Cancel);
        Assert.All(answers, answer => Assert.Equal(("service-unavailable", "database"), (answer.Problem, (string)answer.Json["service"]!)));
        Assert.All(answers, answer => Assert.NotNull(answer.Headers.RetryAfter));

        // And now that it is known, not at all: less than it takes to find out.
        await user.GetAsync("tasks?limit=7", ServiceUnavailable).WaitAsync(TimeSpan.FromSeconds(1), Cancel);

        network.Mend();
        await Eventually.TrueAsync(async () => (await user.SendHealthAsync()).Status == 200, Cancel);
        await user.CreateTaskAsync("c");
    }
}
