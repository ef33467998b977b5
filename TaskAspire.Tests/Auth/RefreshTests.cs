using Microsoft.EntityFrameworkCore;
using TaskAspire.ApiService.Auth;

namespace TaskAspire.Tests.Auth;

public sealed class RefreshTests(ApiFixture fixture) : IClassFixture<ApiFixture>
{
    private const string Refresh = "/api/v1/auth/refresh";
    private const string Me = "/api/v1/auth/me";

    private readonly ApiInstance _api = fixture.Api;

    [Fact]
    public async Task Each_refresh_gives_new_tokens_of_the_same_session()
    {
        var (access, refresh) = await _api.LogInAsync(await _api.RegisterAsync());
        for (var i = 0; i < 3; i++)
        {
            var (status, body) = await _api.PostAsync(Refresh, new { refreshToken = refresh });
            Assert.Equal(200, status);
            Assert.NotEqual(refresh, body.GetProperty("refreshToken").GetString());
            Assert.NotEqual(access, body.GetProperty("accessToken").GetString());
            (access, refresh) = (body.GetProperty("accessToken").GetString()!, body.GetProperty("refreshToken").GetString()!);
        }

        var (_, sessions) = await _api.GetAsync("/api/v1/auth/sessions", access);
        Assert.Equal(1, sessions.GetProperty("items").GetArrayLength());
    }

    [Fact]
    public async Task A_token_used_a_second_time_ends_the_session_at_once_and_everywhere()
    {
        var (access, first) = await _api.LogInAsync(await _api.RegisterAsync());
        var (_, tokens) = await _api.PostAsync(Refresh, new { refreshToken = first });
        var newest = tokens.GetProperty("refreshToken").GetString()!;
        var newestAccess = tokens.GetProperty("accessToken").GetString()!;
        Assert.Equal(200, (await fixture.Other.GetAsync(Me, newestAccess)).Status);

        _api.Clock.Advance(TimeSpan.FromSeconds(10));
        fixture.Other.Clock.Advance(TimeSpan.FromSeconds(10));
        var (status, problem) = await _api.PostAsync(Refresh, new { refreshToken = first });
        Assert.Equal(401, status);
        Assert.EndsWith(":invalid-refresh-token", problem.GetProperty("type").GetString());

        Assert.Equal(401, (await _api.PostAsync(Refresh, new { refreshToken = newest })).Status);
        foreach (var token in new[] { access, newestAccess })
        {
            Assert.Equal(401, (await _api.GetAsync(Me, token)).Status);
            Assert.Equal(401, (await fixture.Other.GetAsync(Me, token)).Status);
        }

        var id = RefreshToken.Parse(first)!.Value.SessionId;
        Assert.Equal("reuse", await _api.QueryAsync(db => db.RefreshSessions.Where(s => s.Id == id).Select(s => s.RevokedReason).SingleAsync()));
    }

    [Fact]
    public async Task Of_many_refreshes_at_once_on_two_instances_one_wins()
    {
        var (_, refresh) = await _api.LogInAsync(await _api.RegisterAsync());
        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(i =>
            (i % 2 == 0 ? _api : fixture.Other).PostAsync(Refresh, new { refreshToken = refresh })));
        Assert.Equal(11, answers.Count(a => a.Status == 409));
        var winner = Assert.Single(answers, a => a.Status == 200).Body;
        Assert.Equal(200, (await fixture.Other.GetAsync(Me, winner.GetProperty("accessToken").GetString()!)).Status);
        Assert.Equal(200, (await _api.PostAsync(Refresh, new { refreshToken = winner.GetProperty("refreshToken").GetString() })).Status);
    }

    [Fact]
    public async Task A_token_shown_again_at_once_is_a_conflict_and_a_moment_later_the_end()
    {
        await using var api = fixture.Start();
        var (_, first) = await api.LogInAsync(await api.RegisterAsync());
        var (_, tokens) = await api.PostAsync(Refresh, new { refreshToken = first });
        api.Clock.Advance(TimeSpan.FromSeconds(9));
        var (status, problem) = await api.PostAsync(Refresh, new { refreshToken = first });
        Assert.Equal(409, status);
        Assert.True(problem.GetProperty("errors").TryGetProperty("refreshToken", out _));
        Assert.Equal(200, (await api.GetAsync(Me, tokens.GetProperty("accessToken").GetString())).Status);
        api.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(401, (await api.PostAsync(Refresh, new { refreshToken = first })).Status);
        Assert.Equal(401, (await api.GetAsync(Me, tokens.GetProperty("accessToken").GetString())).Status);
    }

    [Fact]
    public async Task A_token_from_before_the_last_is_the_end_at_any_time()
    {
        var (_, first) = await _api.LogInAsync(await _api.RegisterAsync());
        var (_, second) = await _api.PostAsync(Refresh, new { refreshToken = first });
        var (_, third) = await _api.PostAsync(Refresh, new { refreshToken = second.GetProperty("refreshToken").GetString() });
        Assert.Equal(401, (await _api.PostAsync(Refresh, new { refreshToken = first })).Status);
        Assert.Equal(401, (await _api.GetAsync(Me, third.GetProperty("accessToken").GetString())).Status);
    }

    [Fact]
    public async Task A_token_that_was_made_up_ends_no_session_and_one_of_long_ago_does()
    {
        var (access, first) = await _api.LogInAsync(await _api.RegisterAsync());
        var id = RefreshToken.Parse(first)!.Value.SessionId;
        Assert.Equal(401, (await _api.PostAsync(Refresh, new { refreshToken = RefreshToken.Create(id).Text })).Status);
        var (_, second) = await _api.PostAsync(Refresh, new { refreshToken = first });
        var (_, third) = await _api.PostAsync(Refresh, new { refreshToken = second.GetProperty("refreshToken").GetString() });
        Assert.Equal(401, (await _api.PostAsync(Refresh, new { refreshToken = RefreshToken.Create(id).Text })).Status);
        Assert.Equal(200, (await _api.GetAsync(Me, access)).Status);

        Assert.Equal(401, (await _api.PostAsync(Refresh, new { refreshToken = first })).Status);
        Assert.Equal(401, (await _api.PostAsync(Refresh, new { refreshToken = third.GetProperty("refreshToken").GetString() })).Status);
    }

    [Fact]
    public async Task A_session_of_before_tokens_had_a_family_goes_on_and_ends_at_any_other_token()
    {
        var (access, first) = await _api.LogInAsync(await _api.RegisterAsync());
        var id = RefreshToken.Parse(first)!.Value.SessionId;
        await _api.QueryAsync(db => db.RefreshSessions.Where(s => s.Id == id).ExecuteUpdateAsync(set => set.SetProperty(s => s.FamilyHash, (byte[]?)null)));

        Assert.Equal(200, (await _api.PostAsync(Refresh, new { refreshToken = first })).Status);
        Assert.Equal(401, (await _api.PostAsync(Refresh, new { refreshToken = RefreshToken.Create(id).Text })).Status);
        Assert.Equal(401, (await _api.GetAsync(Me, access)).Status);
    }

    [Fact]
    public async Task A_session_that_is_not_used_expires_and_a_used_one_lives_on()
    {
        await using var api = fixture.Start();
        var (_, used) = await api.LogInAsync(await api.RegisterAsync());
        var (_, unused) = await api.LogInAsync(await api.RegisterAsync());
        api.Clock.Advance(TimeSpan.FromDays(20));
        var (_, tokens) = await api.PostAsync(Refresh, new { refreshToken = used });
        api.Clock.Advance(TimeSpan.FromDays(20));
        Assert.Equal(200, (await api.PostAsync(Refresh, new { refreshToken = tokens.GetProperty("refreshToken").GetString() })).Status);
        Assert.Equal(401, (await api.PostAsync(Refresh, new { refreshToken = unused })).Status);
    }

    [Fact]
    public async Task What_was_never_a_refresh_token_is_refused()
    {
        var (access, refresh) = await _api.LogInAsync(await _api.RegisterAsync());
        string[] garbage = ["x", "rt_", refresh[3..], refresh + "A", refresh[..^1], "rt_" + new string('=', 64), "rt_" + new string(' ', 64), "rt_" + new string('é', 64), RefreshToken.Create(Guid.NewGuid()).Text];
        foreach (var text in garbage)
        {
            Assert.Equal(401, (await _api.PostAsync(Refresh, new { refreshToken = text })).Status);
        }

        Assert.Equal(400, (await _api.PostAsync(Refresh, new { refreshToken = "" })).Status);
        Assert.Equal(400, (await _api.PostAsync(Refresh, new { refreshToken = new string('x', 300) })).Status);
        Assert.Equal(400, (await _api.PostAsync(Refresh, new { })).Status);
        Assert.Equal(200, (await _api.GetAsync(Me, access)).Status);
    }
}
