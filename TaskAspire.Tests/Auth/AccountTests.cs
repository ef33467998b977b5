using Microsoft.EntityFrameworkCore;

namespace TaskAspire.Tests.Auth;

public sealed class AccountTests(ApiFixture fixture) : IClassFixture<ApiFixture>
{
    private const string Me = "/api/v1/auth/me";
    private const string Password = "/api/v1/auth/password";
    private const string LogIn = "/api/v1/auth/login";
    private const string NewPassword = "Another-Horse-8";

    private readonly ApiInstance _api = fixture.Api;

    [Fact]
    public async Task A_new_password_replaces_the_old_one_and_ends_all_other_sessions()
    {
        var email = await _api.RegisterAsync();
        var (mine, refresh) = await _api.LogInAsync(email);
        var (other, otherRefresh) = await _api.LogInAsync(email);
        Assert.Equal(200, (await fixture.Other.GetAsync(Me, other)).Status);

        Assert.Equal(204, (await _api.PostAsync(Password, new { currentPassword = ApiInstance.Password, newPassword = NewPassword }, mine)).Status);
        Assert.Equal(401, (await fixture.Other.GetAsync(Me, other)).Status);
        Assert.Equal(401, (await _api.PostAsync("/api/v1/auth/refresh", new { refreshToken = otherRefresh })).Status);
        Assert.Equal(200, (await fixture.Other.GetAsync(Me, mine)).Status);
        Assert.Equal(200, (await _api.PostAsync("/api/v1/auth/refresh", new { refreshToken = refresh })).Status);
        Assert.Equal(401, (await _api.PostAsync(LogIn, new { email, password = ApiInstance.Password })).Status);
        Assert.Equal(200, (await _api.PostAsync(LogIn, new { email, password = NewPassword })).Status);
        Assert.Equal(["password_changed"], await _api.QueryAsync(db => db.RefreshSessions
            .Where(s => s.RevokedAt != null && db.Users.Any(u => u.Id == s.UserId && u.Email == email)).Select(s => s.RevokedReason!).ToListAsync()));
    }

    [Fact]
    public async Task A_wrong_or_weak_password_changes_nothing_and_the_field_is_named()
    {
        var email = await _api.RegisterAsync();
        var (access, _) = await _api.LogInAsync(email);
        foreach (var (body, field) in new (object, string)[]
        {
            (new { currentPassword = "Wrong-Horse-7", newPassword = NewPassword }, "currentPassword"),
            (new { currentPassword = ApiInstance.Password, newPassword = "short" }, "newPassword"),
            (new { newPassword = NewPassword }, "currentPassword"),
        })
        {
            var (status, problem) = await _api.PostAsync(Password, body, access);
            Assert.Equal(400, status);
            Assert.Equal(field, Assert.Single(problem.GetProperty("errors").EnumerateObject()).Name);
        }

        await _api.LogInAsync(email);
    }

    [Fact]
    public async Task Of_many_changes_at_once_one_wins_and_no_session_of_the_old_password_is_left()
    {
        var email = await _api.RegisterAsync();
        var (access, _) = await _api.LogInAsync(email);
        var changes = Enumerable.Range(0, 4).Select(i => (i % 2 == 0 ? _api : fixture.Other)
            .PostAsync(Password, new { currentPassword = ApiInstance.Password, newPassword = $"{NewPassword}{i}" }, access));
        var logIns = Enumerable.Range(0, 8).Select(i => (i % 2 == 0 ? _api : fixture.Other).PostAsync(LogIn, new { email, password = ApiInstance.Password }));
        var all = await Task.WhenAll([.. changes, .. logIns]);
        Assert.Single(all[..4], a => a.Status == 204);
        Assert.Equal(3, all[..4].Count(a => a.Status == 400));
        foreach (var (status, tokens) in all[4..])
        {
            Assert.True(status is 200 or 401);
            if (status == 200)
            {
                Assert.Equal(401, (await _api.GetAsync(Me, tokens.GetProperty("accessToken").GetString())).Status);
            }
        }

        Assert.Equal(200, (await _api.GetAsync(Me, access)).Status);
    }

    [Fact]
    public async Task A_name_is_changed_by_itself_and_an_address_with_the_password()
    {
        var (email, taken) = (await _api.RegisterAsync(), await _api.RegisterAsync());
        var (access, _) = await _api.LogInAsync(email);
        var (status, me) = await Patch(new { displayName = " Ada " });
        Assert.Equal((200, "Ada", email), (status, me.GetProperty("displayName").GetString(), me.GetProperty("email").GetString()));

        Assert.Equal((400, "currentPassword"), Field(await Patch(new { email = $"new-{email}" })));
        Assert.Equal((400, "currentPassword"), Field(await Patch(new { email = $"new-{email}", currentPassword = "Wrong-Horse-7" })));
        Assert.Equal((409, "email"), Field(await Patch(new { email = taken.ToUpperInvariant(), currentPassword = ApiInstance.Password })));
        Assert.Equal((400, "email"), Field(await Patch(new { email = "nobody", currentPassword = ApiInstance.Password })));
        Assert.Equal((400, "displayName"), Field(await Patch(new { displayName = (string?)null })));
        Assert.Equal((400, "displayName"), Field(await Patch(new { displayName = "a\u202Eb" })));
        Assert.Equal((400, "passwordHash"), Field(await Patch(new { passwordHash = "x" })));
        (status, me) = await Patch(new { email = $"new-{email}", currentPassword = ApiInstance.Password });
        Assert.Equal((200, "Ada", $"new-{email}"), (status, me.GetProperty("displayName").GetString(), me.GetProperty("email").GetString()));
        await _api.LogInAsync($"new-{email}");
        Assert.Equal(401, (await _api.PostAsync(LogIn, new { email, password = ApiInstance.Password })).Status);

        async Task<(int, System.Text.Json.JsonElement)> Patch(object body)
        {
            var (code, answer, _) = await _api.SendAsync(HttpMethod.Patch, Me, body, access);
            return (code, answer);
        }

        static (int, string) Field((int Status, System.Text.Json.JsonElement Body) answer) =>
            (answer.Status, answer.Body.GetProperty("errors").EnumerateObject().First().Name);
    }

    [Fact]
    public async Task Who_found_an_open_browser_cannot_guess_the_password()
    {
        await using var api = fixture.Start(("RateLimiting:Auth:PermitLimit", "3"));
        var (access, _) = await api.LogInAsync(await api.RegisterAsync());
        Assert.Equal(400, (await api.PostAsync(Password, new { currentPassword = "Wrong-Horse-1", newPassword = NewPassword }, access)).Status);
        Assert.Equal(400, (await api.SendAsync(HttpMethod.Delete, Me, new { password = "Wrong-Horse-2" }, access)).Status);
        Assert.Equal(400, (await api.SendAsync(HttpMethod.Patch, Me, new { email = "a@example.com", currentPassword = "Wrong-Horse-3" }, access)).Status);
        Assert.Equal(429, (await api.PostAsync(Password, new { currentPassword = ApiInstance.Password, newPassword = NewPassword }, access)).Status);
        Assert.Equal(429, (await api.SendAsync(HttpMethod.Delete, Me, new { password = ApiInstance.Password }, access)).Status);
        Assert.Equal(200, (await api.SendAsync(HttpMethod.Patch, Me, new { displayName = "still" }, access)).Status);
    }
}
