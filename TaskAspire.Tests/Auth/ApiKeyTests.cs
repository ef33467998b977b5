using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using TaskAspire.ApiService.ApiKeys;

namespace TaskAspire.Tests.Auth;

public sealed class ApiKeyTests(ApiFixture fixture) : IClassFixture<ApiFixture>
{
    private const string Keys = "/api/v1/api-keys";
    private const string Tasks = "/api/v1/tasks";

    private readonly ApiInstance _api = fixture.Api;

    [Fact]
    public async Task A_key_is_shown_once_and_kept_as_a_hash()
    {
        var session = await LogInAsync();
        var (status, created, response) = await _api.SendAsync(HttpMethod.Post, Keys, Request("CI", "tasks:read", "tasks:write"), session);
        Assert.Equal(201, status);
        Assert.True(response.Headers.CacheControl?.NoStore);
        var (id, key) = (created.GetProperty("id").GetGuid(), created.GetProperty("key").GetString()!);
        Assert.Equal($"{Keys}/{id}", response.Headers.Location?.ToString());
        Assert.Matches("^ta_[0-9A-Za-z]{49}$", key);
        Assert.StartsWith(created.GetProperty("prefix").GetString()!, key, StringComparison.Ordinal);
        Assert.Equal(["tasks:read", "tasks:write"], created.GetProperty("scopes").EnumerateArray().Select(s => s.GetString()));

        var stored = await _api.QueryAsync(db => db.ApiKeys.AsNoTracking().SingleAsync(k => k.Id == id));
        Assert.Equal(SHA256.HashData(Encoding.ASCII.GetBytes(key)), stored.KeyHash);
        var (_, list) = await _api.GetAsync(Keys, session);
        var (_, one) = await _api.GetAsync($"{Keys}/{id}", session);
        Assert.Equal(one.GetRawText(), list.GetProperty("items")[0].GetRawText());
        Assert.Equal(["id", "name", "prefix", "scopes", "createdAt", "expiresAt", "lastUsedAt"], one.EnumerateObject().Select(p => p.Name));
        Assert.DoesNotContain(key, list.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_acts_for_its_owner_as_header_and_as_bearer_and_history_says_that_it_did()
    {
        var session = await LogInAsync();
        var (id, key) = await CreateAsync(session, "tasks:read", "tasks:write");
        var (status, task, _) = await _api.SendAsync(HttpMethod.Post, Tasks, new { title = "by key" }, apiKey: key);
        Assert.Equal(201, status);
        Assert.Equal(200, (await fixture.Other.GetAsync($"{Tasks}/{task.GetProperty("id")}", key)).Status);
        Assert.Equal(200, (await fixture.Other.GetAsync($"{Tasks}/{task.GetProperty("id")}", session)).Status);
        var taskId = task.GetProperty("id").GetGuid();
        var change = await _api.QueryAsync(db => db.Changes.SingleAsync(c => c.EntityId == taskId));
        Assert.Equal(("api_key", id), (change.Actor, change.ActorId));
    }

    [Fact]
    public async Task A_key_does_what_its_scopes_say_and_is_told_which_one_is_missing()
    {
        var session = await LogInAsync();
        var (_, key) = await CreateAsync(session, "tasks:read");
        Assert.Equal(200, (await _api.GetAsync(Tasks, key)).Status);
        foreach (var (path, body, scope) in new (string, object, string)[] { (Tasks, new { title = "a" }, "tasks:write"), ("/api/v1/webhooks", new { }, "webhooks:manage") })
        {
            var (status, problem, response) = await _api.SendAsync(HttpMethod.Post, path, body, key);
            Assert.Equal(403, status);
            Assert.EndsWith(":forbidden", problem.GetProperty("type").GetString());
            Assert.Contains(scope, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
            Assert.Equal($"Bearer error=\"insufficient_scope\", scope=\"{scope}\"", response.Headers.WwwAuthenticate.ToString());
        }
    }

    [Fact]
    public async Task A_key_is_no_person()
    {
        var (id, key) = await CreateAsync(await LogInAsync(), "tasks:read", "tasks:write", "webhooks:manage");
        foreach (var (method, path) in new[]
        {
            (HttpMethod.Get, Keys), (HttpMethod.Post, Keys), (HttpMethod.Delete, $"{Keys}/{id}"), (HttpMethod.Get, "/api/v1/auth/me"), (HttpMethod.Patch, "/api/v1/auth/me"),
            (HttpMethod.Delete, "/api/v1/auth/me"), (HttpMethod.Post, "/api/v1/auth/password"), (HttpMethod.Get, "/api/v1/auth/sessions"),
        })
        {
            var (status, _, response) = await _api.SendAsync(method, path, null, key);
            Assert.True(status == 403, $"{method} {path}: {status}");
            Assert.Equal("Bearer error=\"insufficient_scope\"", response.Headers.WwwAuthenticate.ToString());
        }

        Assert.Equal(401, (await _api.PostAsync("/api/v1/auth/logout", token: key)).Status);
    }

    [Fact]
    public async Task A_deleted_key_is_refused_at_once_everywhere_and_another_users_does_not_exist()
    {
        var session = await LogInAsync();
        var (id, key) = await CreateAsync(session, "tasks:read");
        Assert.Equal(200, (await fixture.Other.GetAsync(Tasks, key)).Status);
        var stranger = await LogInAsync();
        Assert.Equal(404, (await _api.GetAsync($"{Keys}/{id}", stranger)).Status);
        Assert.Equal(404, (await _api.SendAsync(HttpMethod.Delete, $"{Keys}/{id}", null, stranger)).Status);

        Assert.Equal(204, (await _api.SendAsync(HttpMethod.Delete, $"{Keys}/{id}", null, session)).Status);
        foreach (var instance in new[] { fixture.Other, _api })
        {
            var (status, problem, response) = await instance.SendAsync(HttpMethod.Get, Tasks, apiKey: key);
            Assert.Equal(401, status);
            Assert.EndsWith(":unauthorized", problem.GetProperty("type").GetString());
            Assert.Equal("Bearer error=\"invalid_token\"", response.Headers.WwwAuthenticate.ToString());
        }

        Assert.Equal(404, (await _api.SendAsync(HttpMethod.Delete, $"{Keys}/{id}", null, session)).Status);
    }

    [Fact]
    public async Task A_key_expires_on_time()
    {
        await using var api = fixture.Start();
        var (session, _) = await api.LogInAsync(await api.RegisterAsync());
        var (_, created) = await api.PostAsync(Keys, new { name = "short", scopes = new[] { "tasks:read" }, expiresAt = api.Clock.GetUtcNow().AddMinutes(1) }, session);
        var key = created.GetProperty("key").GetString();
        api.Clock.Advance(TimeSpan.FromSeconds(59));
        Assert.Equal(200, (await api.GetAsync(Tasks, key)).Status);
        api.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(401, (await api.GetAsync(Tasks, key)).Status);
    }

    [Fact]
    public async Task The_last_use_is_known_to_the_minute()
    {
        await using var api = fixture.Start();
        var (session, _) = await api.LogInAsync(await api.RegisterAsync());
        var (_, created) = await api.PostAsync(Keys, Request("used", "tasks:read"), session);
        var (path, key) = ($"{Keys}/{created.GetProperty("id")}", created.GetProperty("key").GetString());
        Assert.Equal(JsonValueKind.Null, created.GetProperty("lastUsedAt").ValueKind);
        var first = await UseAndReadAsync();
        api.Clock.Advance(TimeSpan.FromSeconds(59));
        Assert.Equal(first, await UseAndReadAsync());
        api.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(first.AddMinutes(1), await UseAndReadAsync());

        async Task<DateTimeOffset> UseAndReadAsync()
        {
            await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => api.GetAsync(Tasks, key)));
            return (await api.GetAsync(path, session)).Body.GetProperty("lastUsedAt").GetDateTimeOffset();
        }
    }

    [Fact]
    public async Task What_is_no_key_is_refused_and_two_credentials_are_too_many()
    {
        var session = await LogInAsync();
        var (_, key) = await CreateAsync(session, "tasks:read");
        var other = ApiKeyText.Create();
        string[] wrong = ["ta_", "x", key[..^1], key + "0", key.ToUpperInvariant(), "ta_" + new string('0', 49), key[..^7] + "-" + key[^6..], other, new string('a', 8000)];
        foreach (var text in wrong)
        {
            using var http = _api.CreateClient();
            http.DefaultRequestHeaders.TryAddWithoutValidation("X-API-Key", text);
            using var response = await http.GetAsync(Tasks, TestContext.Current.CancellationToken);
            Assert.True((int)response.StatusCode == 401, $"{text}: {response.StatusCode}");
        }

        var (status, problem, both) = await _api.SendAsync(HttpMethod.Get, Tasks, null, session, null, key);
        Assert.Equal(400, status);
        Assert.EndsWith(":malformed-request", problem.GetProperty("type").GetString());
        Assert.Equal("Bearer error=\"invalid_request\"", both.Headers.WwwAuthenticate.ToString());
    }

    [Fact]
    public void A_mistyped_key_is_known_by_its_checksum()
    {
        var key = ApiKeyText.Create();
        Assert.NotNull(ApiKeyText.FindHash(key));
        for (var i = 3; i < key.Length; i++)
        {
            Assert.Null(ApiKeyText.FindHash(key[..i] + (key[i] == 'a' ? 'b' : 'a') + key[(i + 1)..]));
        }
    }

    [Theory]
    [InlineData("""{}""", "name", "scopes")]
    [InlineData("""{"name":"","scopes":[]}""", "name", "scopes")]
    [InlineData("""{"name":"a\u202Eb","scopes":["tasks:read"]}""", "name")]
    [InlineData("""{"name":"a\r\nb","scopes":["tasks:read"]}""", "name")]
    [InlineData("""{"name":"a","scopes":["tasks:read","admin"]}""", "scopes[1]")]
    [InlineData("""{"name":"a","scopes":["tasks:read"],"expiresAt":"2020-01-01T00:00:00Z"}""", "expiresAt")]
    [InlineData("""{"name":"a","scopes":["tasks:read"],"key":"ta_mine"}""", "key")]
    public async Task What_is_wrong_with_a_request_is_named_by_field(string body, params string[] fields)
    {
        var (status, problem) = await _api.PostAsync(Keys, JsonNode.Parse(body), await LogInAsync());
        Assert.Equal(400, status);
        Assert.Equal(fields, problem.GetProperty("errors").EnumerateObject().Select(e => e.Name));
    }

    [Fact]
    public async Task There_is_a_limit_and_many_at_once_cannot_pass_it()
    {
        var session = await LogInAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 60).Select(i => (i % 2 == 0 ? _api : fixture.Other).PostAsync(Keys, Request($"{i}", "tasks:read"), session)));
        Assert.Equal(50, answers.Count(a => a.Status == 201));
        Assert.Equal(10, answers.Count(a => a.Status == 409));
        var (_, list) = await _api.GetAsync(Keys, session);
        var items = list.GetProperty("items").EnumerateArray().ToList();
        Assert.Equal(50, items.Count);
        Assert.Equal(204, (await _api.SendAsync(HttpMethod.Delete, $"{Keys}/{items[0].GetProperty("id")}", null, session)).Status);
        Assert.Equal(201, (await _api.PostAsync(Keys, Request("again", "tasks:read"), session)).Status);
    }

    private static object Request(string name, params string[] scopes) => new { name, scopes };

    private async Task<string> LogInAsync() => (await _api.LogInAsync(await _api.RegisterAsync())).Access;

    private async Task<(Guid Id, string Key)> CreateAsync(string session, params string[] scopes)
    {
        var (status, body) = await _api.PostAsync(Keys, Request("a key", scopes), session);
        Assert.Equal(201, status);
        return (body.GetProperty("id").GetGuid(), body.GetProperty("key").GetString()!);
    }
}
