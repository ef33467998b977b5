using System.Net;
using System.Text.Json.Nodes;
using TaskAspire.Tests.Api;
using TaskAspire.Tests.Auth;
using TaskAspire.Tests.Fixtures;
using static System.Net.HttpStatusCode;

namespace TaskAspire.Tests.Cors;

public sealed class CorsTests(BackingServices services, ApiFixture fixture) : IClassFixture<ApiFixture>
{
    private const string App = "https://app.example.com";
    private const string OtherApp = "capacitor://localhost";
    private const string Stranger = "https://app.example.com.attacker.example";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_preflight_from_a_listed_origin_is_allowed_what_it_asks_for()
    {
        await using var api = Start(("RateLimiting:Api:PermitLimit", "1"));
        using var client = api.CreateClient();
        // More of them than the limit: they count against none.
        foreach (var (path, method) in new[] { ("tasks", "POST"), ($"tasks/{Guid.NewGuid()}", "PATCH"), ($"tasks/{Guid.NewGuid()}", "DELETE"), ("events", "GET"), ("import", "POST") })
        {
            using var answer = await PreflightAsync(client, App, path, method);
            Assert.Equal(NoContent, answer.StatusCode);
            Assert.Equal(App, Header(answer, "Access-Control-Allow-Origin"));
            Assert.Equal(method, Header(answer, "Access-Control-Allow-Methods"));
            Assert.Equal("authorization,if-match,last-event-id", Header(answer, "Access-Control-Allow-Headers"));
            Assert.Equal("7200", Header(answer, "Access-Control-Max-Age"));
            Assert.Null(Header(answer, "Access-Control-Allow-Credentials"));
        }

        using var stranger = await PreflightAsync(client, Stranger, "tasks", "POST");
        Assert.Null(Header(stranger, "Access-Control-Allow-Origin"));
        Assert.Null(Header(stranger, "Access-Control-Allow-Methods"));
    }

    [Fact]
    public async Task All_are_let_in_where_the_sign_for_all_is_among_others()
    {
        await using var api = Start(("Cors:Origins:2", "*"));
        using var client = api.CreateClient();
        using var answer = await PreflightAsync(client, Stranger, "tasks", "POST");
        Assert.Equal("*", Header(answer, "Access-Control-Allow-Origin"));
    }

    [Fact]
    public async Task A_page_can_read_refusals_too()
    {
        await using var api = Start(("RateLimiting:Api:PermitLimit", "4"));
        var user = await api.CreateUserAsync(Cancel);
        await ReadAsync(BadRequest, "/api/v1/tasks?limit=0", user.AccessToken);
        await ReadAsync(NotFound, $"/api/v1/tasks/{Guid.NewGuid()}", user.AccessToken);
        await ReadAsync(Unauthorized, "/api/v1/tasks", "nonsense");
        await ReadAsync(NotFound, "/api/v1/nothing", user.AccessToken);
        await ReadAsync(OK, "/api/v1/auth/me", user.AccessToken);
        await ReadAsync(TooManyRequests, "/api/v1/auth/me", user.AccessToken);

        async Task ReadAsync(HttpStatusCode expected, string path, string token)
        {
            using var answer = await GetAsync(user.Http, App, path, token);
            Assert.Equal(expected, answer.StatusCode);
            Assert.Equal(App, Header(answer, "Access-Control-Allow-Origin"));
        }
    }

    [Fact]
    public async Task A_list_from_the_cache_is_for_the_origin_that_asks_for_it()
    {
        await using var api = Start();
        var user = await api.CreateUserAsync(Cancel);
        await user.CreateTaskAsync("a");
        var caches = new List<string?>();
        foreach (var origin in new[] { App, App, OtherApp, Stranger, null, App })
        {
            using var answer = await GetAsync(user.Http, origin, "/api/v1/tasks", user.AccessToken);
            Assert.Equal(OK, answer.StatusCode);
            Assert.Equal(origin == Stranger ? null : origin, Header(answer, "Access-Control-Allow-Origin"));
            Assert.Equal(origin is null or Stranger ? null : "Origin", Header(answer, "Vary"));
            caches.Add(Header(answer, "X-Cache"));
        }

        Assert.Contains("hit", caches);
    }

    [Fact]
    public async Task A_page_learns_of_an_outage_as_others_do()
    {
        await using var postgres = await services.StartPrivatePostgresAsync(Cancel);
        await using var network = SeverableProxy.ToDatabase(postgres.ConnectionString("tasks"), out var database);
        await using var redis = await services.RentRedisAsync(Cancel);
        await using var host = new ApiHost(
            database, redis.ConnectionString, settings: new Dictionary<string, string?> { ["Database:MigrateAtStart"] = "true", ["Cors:Origins:0"] = App });
        var user = await host.CreateUserWhenReadyAsync(Cancel);

        network.Cut();
        for (var i = 0; i < 2; i++)
        {
            // The first finds it out, the second is told.
            using var answer = await GetAsync(user.Http, App, $"/api/v1/tasks/{Guid.NewGuid()}", user.AccessToken);
            Assert.Equal(ServiceUnavailable, answer.StatusCode);
            Assert.Equal(App, Header(answer, "Access-Control-Allow-Origin"));
            Assert.Contains("Retry-After", Header(answer, "Access-Control-Expose-Headers"), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Each_header_that_the_document_describes_can_be_read()
    {
        await using var api = Start();
        using var client = api.CreateClient();
        var document = JsonNode.Parse(await client.GetStringAsync("/openapi/v1.json", Cancel))!;
        using var answer = await GetAsync(client, App, "/api/v1/tasks", "nonsense");
        var described = document["components"]!["headers"]!.AsObject().Select(header => header.Key).Order(StringComparer.OrdinalIgnoreCase);
        Assert.Equal(described, Header(answer, "Access-Control-Expose-Headers")!.Split(',').Order(StringComparer.OrdinalIgnoreCase));
    }

    private static string? Header(HttpResponseMessage answer, string name) => answer.Headers.TryGetValues(name, out var values) ? string.Join(',', values) : null;

    private static async Task<HttpResponseMessage> PreflightAsync(HttpClient client, string origin, string path, string method)
    {
        using var request = new HttpRequestMessage(HttpMethod.Options, $"/api/v1/{path}");
        request.Headers.Add("Origin", origin);
        request.Headers.Add("Access-Control-Request-Method", method);
        request.Headers.Add("Access-Control-Request-Headers", "authorization,if-match,last-event-id");
        return await client.SendAsync(request, Cancel);
    }

    private static async Task<HttpResponseMessage> GetAsync(HttpClient client, string? origin, string path, string token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { Authorization = new("Bearer", token) } };
        if (origin is not null)
        {
            request.Headers.Add("Origin", origin);
        }

        return await client.SendAsync(request, Cancel);
    }

    private ApiInstance Start(params (string Key, string Value)[] settings) => fixture.Start([("Cors:Origins:0", App), ("Cors:Origins:1", OtherApp), .. settings]);
}
