using System.Net;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using TaskAspire.ApiService.Idempotency;
using TaskAspire.Data;
using TaskAspire.Tests.Api;
using TaskAspire.Tests.Fixtures;

namespace TaskAspire.Tests.Idempotency;

public sealed class IdempotencyTests(BackingServices services)
{
    private readonly SharedApi _api = SharedApi.On(services);

    [Fact]
    public async Task A_repeat_gets_the_first_answer()
    {
        var user = await _api.CreateUserAsync();
        var key = Key();
        var first = await user.SendWithKeyAsync("tasks", Task("Once"), key, HttpStatusCode.Created);
        var second = await user.SendWithKeyAsync("tasks", Task("Once"), key, HttpStatusCode.Created);

        Assert.Equal(first.Text, second.Text);
        Assert.Equal(first.ETag, second.ETag);
        Assert.Equal(first.Headers.Location, second.Headers.Location);
        Assert.False(first.Headers.Contains("Idempotent-Replayed"));
        Assert.Equal("true", second.Headers.GetValues("Idempotent-Replayed").Single());
        Assert.Equal(1, await CountAsync(user));
    }

    [Fact]
    public async Task Two_hundred_at_once_make_one_task_and_get_one_answer()
    {
        var a = await _api.CreateUserAsync();
        var b = a.On(await _api.GetBAsync());
        var key = Key();
        var answers = await System.Threading.Tasks.Task.WhenAll(Enumerable.Range(0, 200).Select(i =>
            (i % 2 == 0 ? a : b).SendWithKeyAsync("tasks", Task("One of many"), key, HttpStatusCode.Created)));

        Assert.Single(answers.Select(answer => answer.Text).Distinct());
        Assert.Single(answers, answer => !answer.Headers.Contains("Idempotent-Replayed"));
        Assert.Equal(1, await CountAsync(a));
    }

    [Fact]
    public async Task Another_request_with_the_same_key_is_refused()
    {
        var user = await _api.CreateUserAsync();
        var key = Key();
        await user.SendWithKeyAsync("tasks", Task("One"), key, HttpStatusCode.Created);

        Assert.Equal("idempotency-key-reused", (await user.SendWithKeyAsync("tasks", Task("Another"), key, HttpStatusCode.UnprocessableEntity)).Problem);
        Assert.Equal("idempotency-key-reused", (await user.SendWithKeyAsync("tags", new JsonObject { ["name"] = "x" }, key, HttpStatusCode.UnprocessableEntity)).Problem);
        Assert.Equal(1, await CountAsync(user));
    }

    [Fact]
    public async Task A_key_of_one_user_says_nothing_to_another()
    {
        var key = Key();
        var one = await (await _api.CreateUserAsync()).SendWithKeyAsync("tasks", Task("Mine"), key, HttpStatusCode.Created);
        var other = await (await _api.CreateUserAsync()).SendWithKeyAsync("tasks", Task("Mine"), key, HttpStatusCode.Created);
        Assert.NotEqual(one.Json["id"]!.ToString(), other.Json["id"]!.ToString());
    }

    [Fact]
    public async Task What_was_refused_may_be_corrected_and_sent_again_with_the_same_key()
    {
        var user = await _api.CreateUserAsync();
        var key = Key();
        await user.SendWithKeyAsync("tasks", Task(""), key, HttpStatusCode.BadRequest);
        await user.SendWithKeyAsync("categories", new JsonObject { ["name"] = "Work" }, Key(), HttpStatusCode.Created);
        await user.SendWithKeyAsync("categories", new JsonObject { ["name"] = "work" }, key, HttpStatusCode.Conflict);
        await user.SendWithKeyAsync("tasks", Task("Right"), key, HttpStatusCode.Created);
    }

    [Theory]
    [InlineData("")]
    [InlineData("with blank")]
    [InlineData("two\tparts")]
    public async Task A_key_that_is_none_is_refused(string key)
    {
        var user = await _api.CreateUserAsync();
        var answer = await user.SendWithKeyAsync("tasks", Task("x"), key, HttpStatusCode.BadRequest);
        Assert.Contains("255", answer.ErrorOf("Idempotency-Key"), StringComparison.Ordinal);
        await user.SendWithKeyAsync("tasks", Task("x"), new string('k', 256), HttpStatusCode.BadRequest);
        await user.SendWithKeyAsync("tasks", Task("x"), new string('k', 255), HttpStatusCode.Created);
    }

    [Fact]
    public async Task A_secret_that_is_shown_once_is_shown_again_to_a_repeat_and_kept_encrypted()
    {
        var user = await _api.CreateUserAsync();
        var key = Key();
        var body = new JsonObject { ["url"] = "https://example.com/hook", ["events"] = new JsonArray("task.created") };
        var first = await user.SendWithKeyAsync("webhooks", body, key, HttpStatusCode.Created);
        var second = await user.SendWithKeyAsync("webhooks", body, key, HttpStatusCode.Created);
        var secret = first.Json["secret"]!.GetValue<string>();
        Assert.Equal(secret, second.Json["secret"]!.GetValue<string>());

        await using var database = NpgsqlDataSource.Create(await _api.GetDatabaseAsync());
        await using var command = database.CreateCommand("SELECT body FROM idempotency_keys WHERE key = $1");
        command.Parameters.AddWithValue(key);
        var stored = (byte[])(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
        Assert.Equal(-1, stored.AsSpan().IndexOf(System.Text.Encoding.UTF8.GetBytes(secret)));
    }

    [Fact]
    public async Task A_refresh_whose_answer_was_lost_can_be_repeated()
    {
        var user = await _api.CreateUserAsync();
        var body = new JsonObject { ["refreshToken"] = user.RefreshToken };
        var key = Key();
        var first = await user.SendWithKeyAsync("auth/refresh", body, key, HttpStatusCode.OK);
        var second = await user.SendWithKeyAsync("auth/refresh", body, key, HttpStatusCode.OK);
        Assert.Equal(first.Text, second.Text);

        user.Use(second.Json["accessToken"]!.GetValue<string>());
        await user.GetAsync("auth/me");
    }

    [Fact]
    public async Task A_key_does_not_keep_a_stolen_refresh_token_from_ending_its_session()
    {
        var user = await _api.CreateUserAsync();
        var body = new JsonObject { ["refreshToken"] = user.RefreshToken };
        var next = await user.SendWithKeyAsync("auth/refresh", body, Key(), HttpStatusCode.OK);
        await user.SendWithKeyAsync("auth/refresh", new JsonObject { ["refreshToken"] = next.Json["refreshToken"]!.DeepClone() }, Key(), HttpStatusCode.OK);
        await user.SendWithKeyAsync("auth/refresh", body, Key(), HttpStatusCode.Unauthorized);
        await user.GetAsync("auth/me", HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task What_is_kept_of_an_anonymous_request_goes_with_the_account()
    {
        var client = (await _api.GetAAsync()).CreateAnonymous();
        var key = Key();
        var account = new JsonObject { ["email"] = $"{Guid.NewGuid():N}@example.com", ["password"] = ApiClient.Password };
        var first = await client.SendWithKeyAsync("auth/register", account, key, HttpStatusCode.Created);
        Assert.Equal(first.Text, (await client.SendWithKeyAsync("auth/register", account, key, HttpStatusCode.Created)).Text);

        await using var database = NpgsqlDataSource.Create(await _api.GetDatabaseAsync());
        await using var command = database.CreateCommand("SELECT user_id FROM idempotency_keys WHERE key = $1");
        command.Parameters.AddWithValue(key);
        Assert.Equal(Guid.Parse(first.Json["id"]!.GetValue<string>()), await command.ExecuteScalarAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_list_read_after_a_repeat_has_the_task()
    {
        var a = await _api.CreateUserAsync();
        var b = a.On(await _api.GetBAsync());
        await b.GetAsync("tasks");
        var key = Key();
        await a.SendWithKeyAsync("tasks", Task("There"), key, HttpStatusCode.Created);
        Assert.Equal(1, await CountAsync(b));
        await b.SendWithKeyAsync("tasks", Task("There"), key, HttpStatusCode.Created);
        Assert.Equal(1, await CountAsync(a));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_commit_whose_answer_is_lost_is_not_done_twice(int times)
    {
        var token = TestContext.Current.CancellationToken;
        await using var proxy = new PostgresProxy(await services.CreateTaskDatabaseAsync(token));
        await using var redis = await services.RentRedisAsync(token);
        await using var api = new ApiHost(proxy.ConnectionString, redis.ConnectionString);
        var user = await api.CreateUserAsync(token);
        var tag = new JsonObject { ["name"] = "once" };

        proxy.LoseAnswersTo(PostgresProxy.Commit, times);
        var key = Key();
        // Making a tag again would be a conflict, so this shows that it was answered, not done, the second time.
        await user.SendWithKeyAsync("tags", tag, key, HttpStatusCode.Created);

        Assert.Equal(times, proxy.AnswersLost);
        Assert.Equal(1, (await user.GetAsync("tags")).Json["total"]!.GetValue<int>());
    }

    [Fact]
    public async Task A_key_is_free_again_when_its_time_is_over()
    {
        var token = TestContext.Current.CancellationToken;
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var redis = await services.RentRedisAsync(token);
        await using var api = new ApiHost(await services.CreateTaskDatabaseAsync(token), redis.ConnectionString, clock, new Dictionary<string, string?>
        {
            ["Jwt:AccessTokenLifetime"] = "01:00:00",
            ["Idempotency:Lifetime"] = "00:20:00",
        });
        var user = await api.CreateUserAsync(token);
        var (key, forgotten) = (Key(), Key());
        await user.SendWithKeyAsync("tasks", Task("One"), key, HttpStatusCode.Created);
        await user.SendWithKeyAsync("tasks", Task("Other"), forgotten, HttpStatusCode.Created);
        clock.Advance(TimeSpan.FromMinutes(19));
        await user.SendWithKeyAsync("tasks", Task("Two"), key, HttpStatusCode.UnprocessableEntity);
        clock.Advance(TimeSpan.FromMinutes(2));
        await user.SendWithKeyAsync("tasks", Task("Two"), key, HttpStatusCode.Created);

        var cleanup = api.Services.GetServices<IHostedService>().OfType<IdempotencyCleanup>().Single();
        await cleanup.RemoveExpiredAsync(token);
        await using var scope = api.Services.CreateAsyncScope();
        Assert.Equal([key], await scope.ServiceProvider.GetRequiredService<TaskDbContext>().IdempotencyKeys.Select(kept => kept.Key).ToListAsync(token));
    }

    [Fact]
    public async Task While_the_first_request_runs_long_a_repeat_is_told_to_come_again()
    {
        var token = TestContext.Current.CancellationToken;
        var connection = await services.CreateTaskDatabaseAsync(token);
        await using var redis = await services.RentRedisAsync(token);
        await using var api = new ApiHost(connection, redis.ConnectionString, settings: new Dictionary<string, string?> { ["Idempotency:Patience"] = "00:00:00.2" });
        var user = await api.CreateUserAsync(token);
        var key = Key();
        var me = Guid.Parse((await user.GetAsync("auth/me")).Json["id"]!.GetValue<string>());

        await using var database = NpgsqlDataSource.Create(connection);
        await using var running = await database.OpenConnectionAsync(token);
        await using var transaction = await running.BeginTransactionAsync(token);
        await using var command = new NpgsqlCommand(
            "INSERT INTO idempotency_keys (scope, key, user_id, request_hash, created_at, expires_at) VALUES ($1, $2, $1, '', now(), now() + interval '1 day')", running);
        command.Parameters.AddWithValue(me);
        command.Parameters.AddWithValue(key);
        await command.ExecuteNonQueryAsync(token);

        var answer = await user.SendWithKeyAsync("tasks", Task("Later"), key, HttpStatusCode.Conflict);
        Assert.Equal("idempotency-key-in-use", answer.Problem);
        Assert.NotNull(answer.Headers.RetryAfter);
        await transaction.RollbackAsync(token);
        await user.SendWithKeyAsync("tasks", Task("Later"), key, HttpStatusCode.Created);
    }

    private static string Key() => Guid.NewGuid().ToString();

    private static JsonObject Task(string title) => new() { ["title"] = title };

    private static async Task<int> CountAsync(ApiClient user) => (await user.GetAsync("tasks")).Json["total"]!.GetValue<int>();
}

file static class Sending
{
    public static Task<ApiAnswer> SendWithKeyAsync(this ApiClient client, string path, JsonObject body, string key, HttpStatusCode expected) =>
        client.SendAsync(HttpMethod.Post, path, body, expected, null, ("Idempotency-Key", key));
}
