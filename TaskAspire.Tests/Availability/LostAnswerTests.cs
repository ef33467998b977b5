using System.Text.Json.Nodes;
using TaskAspire.Tests.Api;
using TaskAspire.Tests.Fixtures;

namespace TaskAspire.Tests.Availability;

/// <summary>The database has done what it was asked for, and its answer is lost. What is done again then must not be done twice.</summary>
public sealed class LostAnswerTests(BackingServices services)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_account_is_made_once_and_not_refused_as_its_own_double()
    {
        await using var proxy = new PostgresProxy(await services.CreateTaskDatabaseAsync(Cancel));
        await using var redis = await services.RentRedisAsync(Cancel);
        await using var api = new ApiHost(proxy.ConnectionString, redis.ConnectionString);

        proxy.LoseAnswersTo("INSERT INTO users", 1);
        var user = await api.CreateUserAsync(Cancel);

        Assert.Equal(1, proxy.AnswersLost);
        await user.GetAsync("auth/me");
    }

    [Fact]
    public async Task An_api_key_is_made_once_so_that_there_is_none_that_nobody_was_shown()
    {
        await using var proxy = new PostgresProxy(await services.CreateTaskDatabaseAsync(Cancel));
        await using var redis = await services.RentRedisAsync(Cancel);
        await using var api = new ApiHost(proxy.ConnectionString, redis.ConnectionString);
        var user = await api.CreateUserAsync(Cancel);

        proxy.LoseAnswersTo(PostgresProxy.Commit, 1);
        var created = await user.PostAsync("api-keys", new JsonObject { ["name"] = "CI", ["scopes"] = new JsonArray("tasks:read") });

        Assert.Equal(1, proxy.AnswersLost);
        Assert.Equal((string)created.Json["id"]!, (string)(await user.GetAsync("api-keys")).Json["items"]!.AsArray().Single()!["id"]!);
    }
}
