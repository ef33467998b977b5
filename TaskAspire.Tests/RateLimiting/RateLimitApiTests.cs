using System.Globalization;
using System.Net.Http.Headers;
using TaskAspire.Tests.Auth;

namespace TaskAspire.Tests.RateLimiting;

public sealed class RateLimitApiTests(ApiFixture fixture) : IClassFixture<ApiFixture>
{
    private const string Me = "/api/v1/auth/me";

    [Fact]
    public async Task The_sixth_try_on_an_account_from_an_address_is_refused()
    {
        await using var api = fixture.Start(("RateLimiting:Auth:PermitLimit", "5"));
        var email = $"{Guid.NewGuid():N}@example.com";
        for (var remaining = 4; remaining >= 0; remaining--)
        {
            // Other spellings of the address are the same account.
            var (status, _, response) = await Try(remaining % 2 == 0 ? email : email.ToUpperInvariant(), "192.0.2.1");
            Assert.Equal(401, status);
            Assert.Equal(5, Header(response, "RateLimit-Limit"));
            Assert.Equal(remaining, Header(response, "RateLimit-Remaining"));
            Assert.InRange(Header(response, "RateLimit-Reset"), 890, 900);
        }

        var (refused, problem, answer) = await Try(email, "192.0.2.1");
        Assert.Equal(429, refused);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        Assert.EndsWith(":too-many-requests", problem.GetProperty("type").GetString());
        Assert.Equal("Too many authentication attempts", problem.GetProperty("error").GetString());
        Assert.Equal(Header(answer, "Retry-After"), problem.GetProperty("retryAfter").GetInt32());
        Assert.InRange(Header(answer, "Retry-After"), 890, 900);
        Assert.Equal(0, Header(answer, "RateLimit-Remaining"));

        Assert.Equal(401, (await Try(email, "192.0.2.2")).Status);
        Assert.Equal(401, (await Try($"x{email}", "192.0.2.1")).Status);

        Task<(int Status, System.Text.Json.JsonElement Body, HttpResponseMessage Response)> Try(string account, string address) =>
            api.SendAsync(HttpMethod.Post, "/api/v1/auth/login", new { email = account, password = "Wrong-Horse-7" }, null, address);
    }

    [Fact]
    public async Task One_address_cannot_try_a_password_on_account_after_account()
    {
        await using var api = fixture.Start(("RateLimiting:AuthPerAddress:PermitLimit", "4"));
        const string address = "203.0.113.40";
        for (var i = 0; i < 4; i++)
        {
            Assert.Equal(401, (await Try(address)).Status);
        }

        var (status, problem, response) = await Try(address);
        Assert.Equal(429, status);
        Assert.Equal("Too many authentication attempts", problem.GetProperty("error").GetString());
        Assert.Equal(4, Header(response, "RateLimit-Limit"));
        Assert.Equal(401, (await Try("203.0.113.41")).Status);
        // A refresh token cannot be guessed, and a whole office may refresh in a quarter of an hour.
        Assert.Equal(401, (await api.SendAsync(HttpMethod.Post, "/api/v1/auth/refresh", new { refreshToken = "x" }, null, address)).Status);

        Task<(int Status, System.Text.Json.JsonElement Body, HttpResponseMessage Response)> Try(string from) =>
            api.SendAsync(HttpMethod.Post, "/api/v1/auth/login", new { email = $"{Guid.NewGuid():N}@example.com", password = "Summer-2026" }, null, from);
    }

    [Theory]
    [InlineData(Me)]
    [InlineData("/api/v1/tasks")]
    public async Task Of_many_requests_at_once_to_two_instances_exactly_the_limit_passes_and_each_is_told_another_rest(string path)
    {
        await using var one = fixture.Start(("RateLimiting:Api:PermitLimit", "100"));
        await using var two = fixture.Start(("RateLimiting:Api:PermitLimit", "100"));
        var (access, _) = await one.LogInAsync(await one.RegisterAsync());
        var answers = await Task.WhenAll(Enumerable.Range(0, 300).Select(async i =>
        {
            using var http = (i % 2 == 0 ? one : two).CreateClient();
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", access);
            using var response = await http.GetAsync(path, TestContext.Current.CancellationToken);
            return (Status: (int)response.StatusCode, Remaining: Header(response, "RateLimit-Remaining"));
        }));
        Assert.Equal(Enumerable.Range(0, 100), answers.Where(a => a.Status == 200).Select(a => a.Remaining).Order());
        Assert.Equal(200, answers.Count(a => a is (429, 0)));
    }

    [Fact]
    public async Task An_API_key_is_counted_by_itself()
    {
        await using var api = fixture.Start(("RateLimiting:Api:PermitLimit", "4"));
        var (access, _) = await api.LogInAsync(await api.RegisterAsync());
        var keys = new List<string?>();
        for (var i = 0; i < 2; i++)
        {
            var (_, body) = await api.PostAsync("/api/v1/api-keys", new { name = "a", scopes = new[] { "tasks:read" } }, access);
            keys.Add(body.GetProperty("key").GetString());
        }

        for (var remaining = 3; remaining >= 0; remaining--)
        {
            var (status, _, response) = await api.SendAsync(HttpMethod.Get, "/api/v1/tasks", apiKey: keys[0]);
            Assert.Equal((200, remaining), (status, Header(response, "RateLimit-Remaining")));
        }

        Assert.Equal(429, (await api.SendAsync(HttpMethod.Get, "/api/v1/tasks", apiKey: keys[0])).Status);
        Assert.Equal(200, (await api.SendAsync(HttpMethod.Get, "/api/v1/tasks", apiKey: keys[1])).Status);
        Assert.Equal(200, (await api.GetAsync(Me, access)).Status);
    }

    [Fact]
    public async Task Registering_and_refreshing_are_limited_too()
    {
        await using var api = fixture.Start(("RateLimiting:Auth:PermitLimit", "2"));
        var email = await api.RegisterAsync();
        var (_, refresh) = await api.LogInAsync(email);
        Assert.Equal(429, (await api.PostAsync("/api/v1/auth/register", new { email, password = ApiInstance.Password })).Status);
        var (_, tokens) = await api.PostAsync("/api/v1/auth/refresh", new { refreshToken = refresh });
        refresh = tokens.GetProperty("refreshToken").GetString();
        (_, tokens) = await api.PostAsync("/api/v1/auth/refresh", new { refreshToken = refresh });
        Assert.Equal(429, (await api.PostAsync("/api/v1/auth/refresh", new { refreshToken = tokens.GetProperty("refreshToken").GetString() })).Status);
    }

    [Fact]
    public async Task The_api_is_limited_per_user_wherever_they_are()
    {
        await using var api = fixture.Start(("RateLimiting:Api:PermitLimit", "3"));
        var (mine, theirs) = (await LogInFrom("198.51.100.1"), await LogInFrom("198.51.100.2"));
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(200, (await api.SendAsync(HttpMethod.Get, Me, null, mine, $"198.51.100.{10 + i}")).Status);
        }

        var (status, problem, response) = await api.SendAsync(HttpMethod.Get, Me, null, mine, "198.51.100.20");
        Assert.Equal(429, status);
        Assert.Equal("Too many API requests", problem.GetProperty("error").GetString());
        Assert.InRange(Header(response, "Retry-After"), 1, 60);
        Assert.Equal(3, Header(response, "RateLimit-Limit"));
        Assert.Equal(200, (await api.SendAsync(HttpMethod.Get, Me, null, theirs, "198.51.100.20")).Status);

        async Task<string> LogInFrom(string address)
        {
            var body = new { email = $"{Guid.NewGuid():N}@example.com", password = ApiInstance.Password };
            await api.SendAsync(HttpMethod.Post, "/api/v1/auth/register", body, null, address);
            return (await api.SendAsync(HttpMethod.Post, "/api/v1/auth/login", body, null, address)).Body.GetProperty("accessToken").GetString()!;
        }
    }

    [Fact]
    public async Task Who_is_anonymous_is_limited_per_address_and_a_bad_token_does_not_help()
    {
        await using var api = fixture.Start(("RateLimiting:Api:PermitLimit", "3"));
        const string address = "2001:db8:1:2";
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(401, (await api.SendAsync(HttpMethod.Get, Me, null, $"bad{i}", $"{address}::{i + 1}")).Status);
        }

        Assert.Equal(429, (await api.SendAsync(HttpMethod.Get, Me, null, "bad", $"{address}:1:2:3:4")).Status);
        var (status, _, response) = await api.SendAsync(HttpMethod.Get, "/.well-known/jwks.json", null, null, $"{address}::1");
        Assert.Equal(200, status);
        Assert.False(response.Headers.Contains("RateLimit-Limit"));
    }

    [Fact]
    public async Task Limits_can_be_switched_off()
    {
        await using var api = fixture.Start(("RateLimiting:Enabled", "false"), ("RateLimiting:Api:PermitLimit", "1"), ("RateLimiting:Auth:PermitLimit", "1"));
        var (access, _) = await api.LogInAsync(await api.RegisterAsync());
        for (var i = 0; i < 3; i++)
        {
            var (status, _, response) = await api.SendAsync(HttpMethod.Get, Me, null, access);
            Assert.Equal(200, status);
            Assert.False(response.Headers.Contains("RateLimit-Limit"));
        }
    }

    [Fact]
    public async Task Only_a_known_proxy_is_believed_about_the_client()
    {
        await using var api = fixture.Start(("RateLimiting:Api:PermitLimit", "2"), ("RateLimiting:KnownProxies:0", "203.0.113.9"), ("RateLimiting:KnownNetworks:0", "10.0.0.0/8"));
        const string client = "192.0.2.100";
        // The client's own claim stands first in the list and counts for nothing.
        Assert.Equal(1, await RemainingFor("203.0.113.9", $"1.1.1.1, {client}"));
        Assert.Equal(0, await RemainingFor("10.1.2.3", $"2.2.2.2, {client}, 203.0.113.9"));
        const string stranger = "198.18.0.1";
        Assert.Equal(1, await RemainingFor(stranger, "192.0.2.77"));
        Assert.Equal(0, await RemainingFor(stranger, "192.0.2.78"));

        async Task<int> RemainingFor(string connection, string forwardedFor)
        {
            using var http = api.CreateClient();
            http.DefaultRequestHeaders.Add(ApiInstance.AddressHeader, connection);
            http.DefaultRequestHeaders.Add("X-Forwarded-For", forwardedFor);
            using var response = await http.GetAsync(Me, TestContext.Current.CancellationToken);
            return Header(response, "RateLimit-Remaining");
        }
    }

    private static int Header(HttpResponseMessage response, string name) =>
        int.Parse(response.Headers.GetValues(name).Single(), CultureInfo.InvariantCulture);
}
