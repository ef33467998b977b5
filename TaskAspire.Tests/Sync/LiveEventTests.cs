using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using TaskAspire.Tests.Api;
using TaskAspire.Tests.Fixtures;
using static System.Net.HttpStatusCode;

namespace TaskAspire.Tests.Sync;

public sealed class LiveEventTests(BackingServices services)
{
    private readonly SharedApi _api = SharedApi.On(services);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_one_instance_writes_another_tells_at_once()
    {
        var user = await _api.CreateUserAsync();
        await user.CreateTaskAsync("before");
        using var events = await EventSource.OpenAsync(user.On(await _api.GetBAsync()));
        Assert.Equal("no-store", events.Headers.CacheControl!.ToString());
        Assert.Equal("no", events.Headers.GetValues("X-Accel-Buffering").Single());

        var task = await user.CreateTaskAsync("a\nb", new JsonObject { ["tags"] = new JsonArray("t") });
        var tag = await events.ReadAsync();
        var created = await events.ReadAsync();

        Assert.Equal(("tag.created", "task.created", "3"), (tag.Event, created.Event, created.Id));
        Assert.True(JsonNode.DeepEquals(task, created.Data!["task"]));
        await user.PostAsync($"tasks/{task["id"]}/complete", null, OK);
        await user.PostAsync("categories", new JsonObject { ["name"] = "c" });
        Assert.Equal(["task.completed", "category.created"], [(await events.ReadAsync()).Event, (await events.ReadAsync()).Event]);
    }

    [Fact]
    public async Task A_stream_goes_on_after_the_event_that_the_client_names()
    {
        var user = await _api.CreateUserAsync();
        foreach (var i in Enumerable.Range(1, 4))
        {
            await user.CreateTaskAsync($"t{i}");
        }

        using var afterTwo = await EventSource.OpenAsync(user, "2");
        Assert.Equal("3", (await afterTwo.ReadAsync()).Id);
        using var afterThree = await EventSource.OpenAsync(user, query: "?lastEventId=3");
        Assert.Equal("4", (await afterThree.ReadAsync()).Id);
        using var headerWins = await EventSource.OpenAsync(user, "1", "?lastEventId=3");
        Assert.Equal("2", (await headerWins.ReadAsync()).Id);
        using var fromTheStart = await EventSource.OpenAsync(user, "0");
        Assert.Equal("1", (await fromTheStart.ReadAsync()).Id);

        var gone = await user.GetAsync("events?lastEventId=5", Gone);
        Assert.Equal("sync-token-expired", gone.Problem);
        Assert.NotEmpty((await user.GetAsync("events?lastEventId=-1", BadRequest)).ErrorOf("lastEventId"));
        Assert.NotEmpty((await user.GetAsync("events?lastEventId=99999999999999999999", BadRequest)).ErrorOf("lastEventId"));
        Assert.NotEmpty((await user.GetAsync("events?since=1", BadRequest)).ErrorOf("since"));
        await (await _api.GetAAsync()).CreateAnonymous().GetAsync("events", Unauthorized);
    }

    [Fact]
    public async Task A_connection_that_breaks_before_the_first_event_is_taken_up_where_it_began()
    {
        var user = await _api.CreateUserAsync();
        await user.CreateTaskAsync("before");
        string? start;
        using (var events = await EventSource.OpenAsync(user))
        {
            start = events.Start;
        }

        await user.CreateTaskAsync("meanwhile");
        using var again = await EventSource.OpenAsync(user, start);
        await user.CreateTaskAsync("after");

        Assert.Equal("2", (await again.ReadAsync()).Id);
    }

    [Fact]
    public async Task A_client_whose_connection_breaks_anywhere_gets_each_change_once_and_in_order()
    {
        const int Changes = 120;
        var user = await _api.CreateUserAsync();
        var instances = new[] { user, user.On(await _api.GetBAsync()) };
        var writing = Task.WhenAll(Enumerable.Range(0, 4).Select(async writer =>
        {
            for (var i = 0; i < Changes / 4; i++)
            {
                await instances[writer % 2].CreateTaskAsync($"{writer} {i}");
            }
        }));

        var random = new Random(7);
        var received = new List<string>();
        var last = "0";
        while (received.Count < Changes)
        {
            using var events = await EventSource.OpenAsync(instances[random.Next(2)], last);
            for (var left = random.Next(1, 15); left > 0 && received.Count < Changes; left--)
            {
                last = (await events.ReadAsync()).Id!;
                received.Add(last);
            }
        }

        await writing;
        Assert.Equal(Enumerable.Range(1, Changes).Select(i => $"{i}"), received);
    }

    [Fact]
    public async Task A_stream_survives_the_restart_and_the_crash_of_the_database()
    {
        await using var postgres = await services.StartPrivatePostgresAsync(Cancel);
        await using var redis = await services.RentRedisAsync(Cancel);
        await using var host = new ApiHost(
            postgres.ConnectionString("tasks"), redis.ConnectionString, settings: new Dictionary<string, string?> { ["Database:MigrateAtStart"] = "true" });
        var user = host.CreateAnonymous();
        await Eventually.TrueAsync(async () => (await user.SendHealthAsync()).Status == 200, Cancel);
        await user.RegisterAndLogInAsync(Cancel);
        using var events = await EventSource.OpenAsync(user);
        await user.CreateTaskAsync("a");
        Assert.Equal("1", (await events.ReadAsync()).Id);

        await postgres.StopAsync();
        await postgres.StartAsync(Cancel);
        Assert.Equal("2", (await WriteUntilReadAsync(user, events)).Id);

        // This server writes to disk when it has time; what it has told already must be there.
        await ExecuteAsync(postgres.ConnectionString("tasks"), "CHECKPOINT");
        postgres.Crash();
        Assert.Equal("3", (await WriteUntilReadAsync(user, events)).Id);
    }

    [Fact]
    public async Task A_stream_whose_client_knows_changes_that_the_database_lost_tells_it_to_start_over()
    {
        var user = await _api.CreateUserAsync();
        var id = (string)(await user.GetAsync("auth/me")).Json["id"]!;
        using var events = await EventSource.OpenAsync(user);
        await user.CreateTaskAsync("a");
        await user.CreateTaskAsync("lost");
        Assert.Equal(["1", "2"], [(await events.ReadAsync()).Id, (await events.ReadAsync()).Id]);

        await ExecuteAsync(
            await _api.GetDatabaseAsync(), $"DELETE FROM changes WHERE user_id = '{id}' AND sequence = 2; UPDATE change_counters SET last = 1 WHERE user_id = '{id}'");
        await user.CreateTaskAsync("b");

        var reset = await events.ReadAnyAsync();
        Assert.Equal(("reset", ""), (reset!.Event, reset.Id));
        Assert.Null(await events.ReadAnyAsync());
    }

    [Fact]
    public async Task A_stream_says_that_it_lives_and_ends_with_the_session()
    {
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var redis = await services.RentRedisAsync(Cancel);
        await using var host = new ApiHost(await _api.GetDatabaseAsync(), redis.ConnectionString, clock);
        var user = await host.CreateUserAsync(Cancel);
        using var events = await EventSource.OpenAsync(user);

        var beat = events.ReadAnyAsync();
        await AdvanceUntilAsync(clock, TimeSpan.FromSeconds(15), beat);
        Assert.Equal(EventSource.Comment, (await beat)!.Event);

        await user.PostAsync("auth/logout", null, NoContent);
        await AdvanceUntilAsync(clock, TimeSpan.FromSeconds(15), events.ReadToEndAsync());
    }

    [Fact]
    public async Task A_stream_ends_with_the_access_token()
    {
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var redis = await services.RentRedisAsync(Cancel);
        await using var host = new ApiHost(await _api.GetDatabaseAsync(), redis.ConnectionString, clock);
        var user = await host.CreateUserAsync(Cancel);
        using var events = await EventSource.OpenAsync(user);

        var ends = events.ReadToEndAsync();
        await AdvanceUntilAsync(clock, TimeSpan.FromMinutes(1), ends);

        var lifetime = clock.GetUtcNow() - clock.Start;
        Assert.InRange(lifetime, TimeSpan.FromMinutes(15), TimeSpan.FromHours(12));
    }

    [Fact]
    public async Task A_user_has_so_many_streams_at_a_time_and_an_instance_too()
    {
        await using var redis = await services.RentRedisAsync(Cancel);
        await using var host = new ApiHost(await _api.GetDatabaseAsync(), redis.ConnectionString, settings: new Dictionary<string, string?>
        {
            ["LiveEvents:MaxPerUser"] = "2",
            ["LiveEvents:MaxPerInstance"] = "3",
        });
        var user = await host.CreateUserAsync(Cancel);
        var other = await host.CreateUserAsync(Cancel);
        using var first = await EventSource.OpenAsync(user);
        var second = await EventSource.OpenAsync(user);

        var refused = await user.GetAsync("events", TooManyRequests);
        Assert.Equal(("too-many-requests", "10"), (refused.Problem, refused.Headers.RetryAfter!.ToString()));
        using var third = await EventSource.OpenAsync(other);
        Assert.Equal("events", (string)(await other.GetAsync("events", ServiceUnavailable)).Json["service"]!);

        second.Dispose();
        EventSource? again = null;
        await Eventually.TrueAsync(async () =>
        {
            try
            {
                again = await EventSource.OpenAsync(user);
                return true;
            }
            catch (Xunit.Sdk.EqualException)
            {
                return false;
            }
        }, Cancel);
        again!.Dispose();
    }

    [Fact]
    public async Task A_stop_of_the_service_ends_the_streams_at_once()
    {
        await using var redis = await services.RentRedisAsync(Cancel);
        await using var host = new ApiHost(await _api.GetDatabaseAsync(), redis.ConnectionString);
        var user = await host.CreateUserAsync(Cancel);
        using var events = await EventSource.OpenAsync(user);

        var stopped = host.Services.GetRequiredService<IHost>().StopAsync(Cancel);
        Assert.Null(await events.ReadAnyAsync());
        // The host itself would wait for them for 30 s.
        await stopped.WaitAsync(TimeSpan.FromSeconds(15), Cancel);
    }

    private static async Task ExecuteAsync(string database, string sql)
    {
        await using var connection = new NpgsqlConnection(database);
        await connection.OpenAsync(Cancel);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(Cancel);
    }

    private static async Task AdvanceUntilAsync(FakeTimeProvider clock, TimeSpan step, Task task) => await Eventually.TrueAsync(() =>
    {
        clock.Advance(step);
        return task.IsCompleted;
    }, Cancel);

    /// <summary>More than once: what is acknowledged in the moment of the crash, this server may forget.</summary>
    private static async Task<ServerEvent> WriteUntilReadAsync(ApiClient user, EventSource events)
    {
        var next = events.ReadAsync();
        await Eventually.TrueAsync(async () =>
        {
            using var response = await user.Http.PostAsync("/api/v1/tasks", System.Net.Http.Json.JsonContent.Create(new { title = "again" }), Cancel);
            await next.WaitAsync(TimeSpan.FromSeconds(1), Cancel).ContinueWith(_ => { }, Cancel, TaskContinuationOptions.None, TaskScheduler.Default);
            return next.IsCompleted;
        }, Cancel, TimeSpan.FromSeconds(60));
        return await next;
    }
}
