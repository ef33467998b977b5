using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.IdentityModel.JsonWebTokens;
using Npgsql;
using StackExchange.Redis;
using TaskAspire.ApiService.Auth;
using TaskAspire.ApiService.Redis;
using TaskAspire.Tests.Fixtures;
using TaskAspire.Tests.RateLimiting;

namespace TaskAspire.Tests.Auth;

public sealed class SessionTests(ApiFixture fixture) : IClassFixture<ApiFixture>
{
    private const string LogOut = "/api/v1/auth/logout";
    private const string Me = "/api/v1/auth/me";
    private const string SessionsPath = "/api/v1/auth/sessions";

    private readonly ApiInstance _api = fixture.Api;

    [Fact]
    public async Task Logging_out_ends_this_session_at_once_on_every_instance_and_can_be_repeated()
    {
        var email = await _api.RegisterAsync();
        var (access, refresh) = await _api.LogInAsync(email);
        var (another, _) = await _api.LogInAsync(email);
        Assert.Equal(200, (await fixture.Other.GetAsync(Me, access)).Status);

        Assert.Equal(204, (await _api.PostAsync(LogOut, token: access)).Status);
        Assert.Equal(401, (await fixture.Other.GetAsync(Me, access)).Status);
        Assert.Equal(401, (await _api.GetAsync(Me, access)).Status);
        Assert.Equal(401, (await _api.PostAsync("/api/v1/auth/refresh", new { refreshToken = refresh })).Status);
        Assert.Equal(204, (await _api.PostAsync(LogOut, token: access)).Status);
        Assert.Equal(204, (await fixture.Other.PostAsync(LogOut, token: access)).Status);
        Assert.Equal(200, (await _api.GetAsync(Me, another)).Status);
    }

    [Fact]
    public async Task A_refresh_token_alone_logs_out_too()
    {
        var (access, refresh) = await _api.LogInAsync(await _api.RegisterAsync());
        Assert.Equal(204, (await _api.PostAsync(LogOut, new { refreshToken = "never one" })).Status);
        Assert.Equal(200, (await _api.GetAsync(Me, access)).Status);
        Assert.Equal(204, (await _api.PostAsync(LogOut, new { refreshToken = refresh })).Status);
        Assert.Equal(401, (await _api.GetAsync(Me, access)).Status);
        Assert.Equal(401, (await _api.PostAsync(LogOut)).Status);
    }

    [Fact]
    public async Task Own_sessions_are_listed_and_ended_one_by_one_or_all_others()
    {
        var email = await _api.RegisterAsync();
        var (current, _) = await _api.LogInAsync(email);
        // Their order is that of their milliseconds.
        _api.Clock.Advance(TimeSpan.FromMilliseconds(1));
        var (second, _) = await _api.LogInAsync(email);
        _api.Clock.Advance(TimeSpan.FromMilliseconds(1));
        var (third, _) = await _api.LogInAsync(email);
        var (_, list) = await _api.GetAsync(SessionsPath, current);
        var items = list.GetProperty("items").EnumerateArray().ToList();
        Assert.Equal(3, items.Count);
        Assert.Equal([false, false, true], items.Select(s => s.GetProperty("current").GetBoolean()));

        var secondId = items[1].GetProperty("id").GetGuid();
        Assert.Equal(204, (await _api.SendAsync(HttpMethod.Delete, $"{SessionsPath}/{secondId}", null, current)).Status);
        Assert.Equal(204, (await _api.SendAsync(HttpMethod.Delete, $"{SessionsPath}/{secondId}", null, current)).Status);
        Assert.Equal(401, (await _api.GetAsync(Me, second)).Status);
        Assert.Equal(200, (await _api.GetAsync(Me, third)).Status);

        Assert.Equal(204, (await _api.SendAsync(HttpMethod.Delete, SessionsPath, null, current)).Status);
        Assert.Equal(401, (await _api.GetAsync(Me, third)).Status);
        (_, list) = await _api.GetAsync(SessionsPath, current);
        Assert.Equal(1, list.GetProperty("items").GetArrayLength());
    }

    [Fact]
    public async Task A_session_says_from_where_it_began_and_when_it_was_used()
    {
        await using var api = fixture.Start();
        var email = await api.RegisterAsync();
        using var http = api.CreateClient();
        http.DefaultRequestHeaders.UserAgent.ParseAdd("Phone/1.0");
        http.DefaultRequestHeaders.Add(ApiInstance.AddressHeader, "2001:db8::7");
        using var logIn = await http.PostAsJsonAsync("/api/v1/auth/login", new { email, password = ApiInstance.Password }, TestContext.Current.CancellationToken);
        var tokens = await logIn.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
        api.Clock.Advance(TimeSpan.FromMinutes(5));
        (_, tokens) = await api.PostAsync("/api/v1/auth/refresh", new { refreshToken = tokens.GetProperty("refreshToken").GetString() });
        var (_, list) = await api.GetAsync(SessionsPath, tokens.GetProperty("accessToken").GetString());
        var session = Assert.Single(list.GetProperty("items").EnumerateArray());
        Assert.Equal(("Phone/1.0", "2001:db8::7", true), (session.GetProperty("userAgent").GetString(), session.GetProperty("ipAddress").GetString(), session.GetProperty("current").GetBoolean()));
        Assert.Equal(TimeSpan.FromMinutes(5), session.GetProperty("lastUsedAt").GetDateTimeOffset() - session.GetProperty("createdAt").GetDateTimeOffset());
        Assert.Equal(TimeSpan.FromDays(30), session.GetProperty("expiresAt").GetDateTimeOffset() - session.GetProperty("lastUsedAt").GetDateTimeOffset());
    }

    [Fact]
    public async Task Another_users_session_does_not_exist()
    {
        var (mine, _) = await _api.LogInAsync(await _api.RegisterAsync());
        var (theirs, _) = await _api.LogInAsync(await _api.RegisterAsync());
        var (_, list) = await _api.GetAsync(SessionsPath, theirs);
        var id = list.GetProperty("items")[0].GetProperty("id").GetGuid();
        var (status, problem, _) = await _api.SendAsync(HttpMethod.Delete, $"{SessionsPath}/{id}", null, mine);
        Assert.Equal(404, status);
        Assert.EndsWith(":not-found", problem.GetProperty("type").GetString());
        Assert.Equal(404, (await _api.SendAsync(HttpMethod.Delete, $"{SessionsPath}/{Guid.NewGuid()}", null, mine)).Status);
        Assert.Equal(200, (await _api.GetAsync(Me, theirs)).Status);
    }

    [Fact]
    public async Task Redis_vouches_for_a_session_for_seconds_only()
    {
        await using var api = fixture.Start(("Sessions:CacheDuration", "00:00:01"));
        var (access, refresh) = await api.LogInAsync(await api.RegisterAsync());
        api.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(200, (await api.GetAsync(Me, access)).Status);

        // Ended behind Redis's back, as an operator would.
        var id = RefreshToken.Parse(refresh)!.Value.SessionId;
        await api.QueryAsync(db => db.RefreshSessions.Where(s => s.Id == id).ExecuteUpdateAsync(s => s.SetProperty(x => x.RevokedAt, DateTimeOffset.UtcNow)));
        await Eventually.TrueAsync(async () => (await api.GetAsync(Me, access)).Status == 401, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Requests_that_come_together_ask_the_database_once()
    {
        const int Requests = 12;
        var cancellationToken = TestContext.Current.CancellationToken;
        // A note that is never believed: the clock stands still, and the instance has just started.
        await using var api = fixture.Start(("Sessions:CacheDuration", "00:01:00"));
        var (access, _) = await api.LogInAsync(await api.RegisterAsync());
        await using var database = NpgsqlDataSource.Create(fixture.Database);
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using (var command = new NpgsqlCommand("LOCK TABLE refresh_sessions IN ACCESS EXCLUSIVE MODE", connection, transaction))
        {
            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        var requests = Enumerable.Range(0, Requests).Select(_ => api.GetAsync("/api/v1/tags", access)).ToList();
        var userId = new JsonWebToken(access).Subject;
        await using var redis = await ConnectionMultiplexer.ConnectAsync(fixture.Redis);
        await Eventually.TrueAsync(
            async () => (int)await redis.GetDatabase().StringGetAsync($"api_limit:user:{{{userId}}}") == Requests && await WaitingAsync(database) > 0, cancellationToken);
        Assert.Equal(1, await WaitingAsync(database));
        await transaction.RollbackAsync(cancellationToken);
        Assert.All(await Task.WhenAll(requests), answer => Assert.Equal(200, answer.Status));

        async Task<long> WaitingAsync(NpgsqlDataSource source)
        {
            await using var command = source.CreateCommand(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%refresh_sessions%'");
            return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
        }
    }

    [Fact]
    public async Task A_session_has_ended_also_where_Redis_evicts_that_it_has()
    {
        await using var api = fixture.Start(("Sessions:CacheDuration", "00:01:00"));
        var (access, _) = await api.LogInAsync(await api.RegisterAsync());
        // Past the distrust after the start, so that the note of Redis is believed.
        api.Clock.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(200, (await api.GetAsync(Me, access)).Status);
        Assert.Equal(204, (await api.PostAsync(LogOut, token: access)).Status);

        var token = new JsonWebToken(access);
        var session = new SessionKey(Guid.Parse(token.Subject), Guid.Parse(token.GetClaim("sid").Value));
        await using var redis = await ConnectionMultiplexer.ConnectAsync(fixture.Redis);
        Assert.True(await redis.GetDatabase().KeyDeleteAsync(SessionCache.EndedKey(session)));
        Assert.Equal(401, (await api.GetAsync(Me, access)).Status);
    }

    [Fact]
    public async Task Without_Redis_sessions_begin_and_end_all_the_same_and_stay_ended_when_it_is_back()
    {
        await using var proxy = new RedisProxy(fixture.Redis);
        // Redis vouches for a minute, so that a note from before the outage is there after it.
        (string, string)[] settings = [("Sessions:CacheDuration", "00:01:00")];
        await using var one = new ApiInstance(fixture.Database, proxy.ConnectionString, settings);
        await using var two = new ApiInstance(fixture.Database, proxy.ConnectionString, settings);
        var email = await one.RegisterAsync();
        var (ended, _) = await one.LogInAsync(email);
        var (kept, _) = await one.LogInAsync(email);
        // Past the distrust after the start.
        one.Clock.Advance(TimeSpan.FromMinutes(2));
        two.Clock.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(200, (await one.GetAsync(Me, ended)).Status);
        Assert.Equal(200, (await two.GetAsync(Me, ended)).Status);

        var away = Task.WhenAll(RedisProxy.WhenLostAsync(one), RedisProxy.WhenLostAsync(two));
        proxy.Cut();
        await away;
        // What others must learn of is waited with, for a second of the instance's clock.
        var loggedOut = one.PostAsync(LogOut, token: ended);
        await UntilAsync(() => loggedOut.IsCompleted);
        Assert.Equal(204, (await loggedOut).Status);
        Assert.Equal(401, (await one.GetAsync(Me, ended)).Status);
        var refused = two.GetAsync(Me, ended);
        await UntilAsync(() => refused.IsCompleted);
        Assert.Equal(401, (await refused).Status);
        Assert.Equal(200, (await two.GetAsync(Me, kept)).Status);
        var (duringOutage, _) = await one.LogInAsync(email);

        var back = Task.WhenAll(RedisProxy.WhenRestoredAsync(one), RedisProxy.WhenRestoredAsync(two));
        proxy.Restore();
        await back;
        await UntilAsync(() => IsOpen(one) && IsOpen(two));
        Assert.Equal(401, (await one.GetAsync(Me, ended)).Status);
        Assert.Equal(401, (await two.GetAsync(Me, ended)).Status);
        Assert.Equal(200, (await two.GetAsync(Me, kept)).Status);
        Assert.Equal(200, (await two.GetAsync(Me, duringOutage)).Status);

        static bool IsOpen(ApiInstance instance) => instance.Services.GetRequiredService<RedisGate>().IsOpen;

        Task UntilAsync(Func<bool> condition) => Eventually.TrueAsync(
            () =>
            {
                one.Clock.Advance(TimeSpan.FromMilliseconds(100));
                two.Clock.Advance(TimeSpan.FromMilliseconds(100));
                return condition();
            },
            TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Expired_sessions_are_removed_after_their_retention()
    {
        await using var api = fixture.Start();
        var email = await api.RegisterAsync();
        await api.LogInAsync(email);
        var cleanup = api.Services.GetServices<IHostedService>().OfType<SessionCleanup>().Single();
        api.Clock.Advance(TimeSpan.FromDays(36));
        await cleanup.RemoveExpiredAsync(TestContext.Current.CancellationToken);
        Assert.Equal(1, await Count());
        api.Clock.Advance(TimeSpan.FromDays(2));
        await cleanup.RemoveExpiredAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, await Count());

        Task<int> Count() => api.QueryAsync(
            db => db.RefreshSessions.CountAsync(s => db.Users.Any(u => u.Id == s.UserId && u.Email == email)));
    }
}
