using System.Buffers.Binary;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using TaskAspire.Tests.Api;

namespace TaskAspire.Tests.Auth;

public sealed class RegisterAndLogInTests(ApiFixture fixture) : IClassFixture<ApiFixture>
{
    private const string Register = "/api/v1/auth/register";
    private const string LogIn = "/api/v1/auth/login";

    private readonly ApiInstance _api = fixture.Api;

    [Fact]
    public async Task Registering_gives_the_account_and_says_where_it_is()
    {
        var email = $"Ada.{Guid.NewGuid():N}@Example.com";
        var (status, user, response) = await _api.SendAsync(HttpMethod.Post, Register, new { email = $" {email} ", password = ApiInstance.Password });
        Assert.Equal(201, status);
        Assert.Equal("/api/v1/auth/me", response.Headers.Location?.ToString());
        Assert.Equal(email, user.GetProperty("email").GetString());
        Assert.Equal(email.Split('@')[0], user.GetProperty("displayName").GetString());
        Assert.Equal(["id", "email", "displayName", "createdAt"], user.EnumerateObject().Select(p => p.Name));

        var (access, _) = await _api.LogInAsync(email.ToUpperInvariant());
        var (_, me) = await _api.GetAsync("/api/v1/auth/me", access);
        Assert.Equal(user.GetRawText(), me.GetRawText());
    }

    [Fact]
    public async Task Of_many_who_register_an_address_at_once_one_gets_it()
    {
        var name = Guid.NewGuid().ToString("N");
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(i =>
            _api.PostAsync(Register, new { email = i % 2 == 0 ? $"{name}@example.com" : $"{name.ToUpperInvariant()}@EXAMPLE.com", password = ApiInstance.Password })));
        Assert.Single(answers, a => a.Status == 201);
        Assert.Equal(7, answers.Count(a => a.Status == 409));
        var conflict = answers.First(a => a.Status == 409).Body;
        Assert.EndsWith(":conflict", conflict.GetProperty("type").GetString());
        Assert.True(conflict.GetProperty("errors").TryGetProperty("email", out _));
    }

    [Theory]
    [InlineData("""{}""", "email", "password")]
    [InlineData("""{"email":null,"password":null}""", "email")]
    [InlineData("""{"email":"nobody","password":"Correct-Horse-7"}""", "email")]
    [InlineData("""{"email":"a\u0000b@example.com","password":"Correct-Horse-7"}""", "email")]
    [InlineData("""{"email":"a@example.com","password":"short"}""", "password")]
    [InlineData("""{"email":"nobody","password":"short","displayName":"\u0007"}""", "email", "password", "displayName")]
    [InlineData("""{"email":"a@example.com","password":"Correct-Horse-7","admin":true}""", "admin")]
    [InlineData("""{"email":7,"password":"Correct-Horse-7"}""", "email")]
    public async Task What_is_wrong_with_a_registration_is_named_by_field(string body, params string[] fields)
    {
        var (status, problem) = await _api.PostAsync(Register, JsonNode.Parse(body));
        Assert.Equal(400, status);
        Assert.EndsWith(":validation", problem.GetProperty("type").GetString());
        Assert.Equal(fields, problem.GetProperty("errors").EnumerateObject().Select(e => e.Name));
    }

    [Fact]
    public async Task An_unknown_address_and_a_wrong_password_get_the_same_answer()
    {
        var email = await _api.RegisterAsync();
        var wrong = await Without("traceId", LogIn, new { email, password = "Wrong-Horse-7" });
        var unknown = await Without("traceId", LogIn, new { email = $"x{email}", password = "Wrong-Horse-7" });
        Assert.Equal(wrong, unknown);
        Assert.Contains("401", wrong, StringComparison.Ordinal);
        Assert.Contains("invalid-credentials", wrong, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_log_in_gives_tokens_that_no_cache_may_keep()
    {
        var email = await _api.RegisterAsync();
        var (status, tokens, response) = await _api.SendAsync(HttpMethod.Post, LogIn, new { email, password = ApiInstance.Password });
        Assert.Equal(200, status);
        Assert.True(response.Headers.CacheControl?.NoStore);
        Assert.Equal("Bearer", tokens.GetProperty("tokenType").GetString());
        Assert.Equal(900, tokens.GetProperty("expiresIn").GetInt32());
        Assert.StartsWith("rt_", tokens.GetProperty("refreshToken").GetString());
        Assert.Equal(_api.Clock.GetUtcNow().AddDays(30), tokens.GetProperty("refreshTokenExpiresAt").GetDateTimeOffset(), TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task A_hash_that_was_cheaper_than_those_of_today_is_replaced_at_log_in()
    {
        var email = await _api.RegisterAsync();
        Assert.Equal(ApiHost.QuickHashIterations, await IterationsAsync(email));

        await using var deployed = new ApiHost(fixture.Database, fixture.Redis) { HashesAsDeployed = true };
        var credentials = new JsonObject { ["email"] = email, ["password"] = ApiInstance.Password };
        await deployed.CreateAnonymous().PostAsync("auth/login", credentials, HttpStatusCode.OK);
        // What Identity takes since .NET 7.
        Assert.Equal(100_000, await IterationsAsync(email));
        await _api.LogInAsync(email);
    }

    /// <summary>How often the password of an account is hashed: of Identity's format 3, the four bytes after its number and its hash function's.</summary>
    private async Task<int> IterationsAsync(string email)
    {
        var hash = Convert.FromBase64String(await _api.QueryAsync(db => db.Users.Where(u => u.Email == email).Select(u => u.PasswordHash).SingleAsync()));
        Assert.Equal(1, hash[0]);
        return BinaryPrimitives.ReadInt32BigEndian(hash.AsSpan(5));
    }

    private async Task<string> Without(string member, string path, object body)
    {
        var (status, answer) = await _api.PostAsync(path, body);
        return status + string.Join('\n', answer.EnumerateObject().Where(p => p.Name != member).Select(p => p.Name + JsonSerializer.Serialize(p.Value)));
    }
}
