using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using StackExchange.Redis;
using TaskAspire.Tests.Fixtures;
using static System.Net.HttpStatusCode;

namespace TaskAspire.Tests.Api;

public sealed class CacheTests(BackingServices services)
{
    private readonly SharedApi _api = SharedApi.On(services);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_same_list_comes_from_the_cache_the_second_time_on_any_instance()
    {
        var user = await _api.CreateUserAsync();
        var elsewhere = user.On(await _api.GetBAsync());
        await user.CreateTaskAsync("a");
        // An instance trusts no list from before its own start, so both have to have started.
        await elsewhere.GetAsync("tasks");
        await user.GetAsync("tasks");

        // It is sent before Redis has it, so the other instance may be too soon; then the next list tells.
        var limit = 0;
        await Eventually.TrueAsync(
            async () =>
            {
                limit++;
                var first = await user.GetAsync($"tasks?status=todo,done&limit={limit}");
                var second = await elsewhere.GetAsync($"tasks?limit={limit}&status=done&status=todo");
                Assert.Equal("miss", first.Cache);
                Assert.Equal(first.Text, second.Text);
                return second.Cache == "hit";
            },
            Cancel);
    }

    [Fact]
    public async Task One_users_list_is_never_anothers()
    {
        var one = await _api.CreateUserAsync();
        var other = await _api.CreateUserAsync();
        await one.CreateTaskAsync("secret");
        await one.GetAsync("tasks");

        var answer = await other.GetAsync("tasks");

        Assert.Equal("miss", answer.Cache);
        Assert.Empty(answer.Json["items"]!.AsArray());
    }

    [Fact]
    public async Task After_any_acknowledged_write_no_instance_answers_what_was_before()
    {
        var user = await _api.CreateUserAsync();
        var elsewhere = user.On(await _api.GetBAsync());
        var category = (await user.PostAsync("categories", new JsonObject { ["name"] = "c" })).Json["id"];
        var task = (await user.CreateTaskAsync("a", new JsonObject { ["categoryId"] = (string?)category, ["tags"] = new JsonArray("t") }))["id"];
        var tag = (await user.GetAsync("tags")).Json["items"]![0]!["id"];

        async Task Check(Func<Task> write, Func<JsonNode?, bool> isThere)
        {
            await user.GetAsync("tasks");
            await elsewhere.GetAsync("tasks");
            await write();
            foreach (var reader in new[] { elsewhere, user })
            {
                var list = await reader.GetAsync("tasks");
                Assert.True(isThere(list.Json["items"]!.AsArray().FirstOrDefault()), $"{list.Cache}: {list.Text}");
            }
        }

        await Check(() => user.PatchAsync($"tasks/{task}", new JsonObject { ["title"] = "b" }), t => (string?)t!["title"] == "b");
        await Check(() => user.PutAsync($"categories/{category}", new JsonObject { ["name"] = "d" }), t => (string?)t!["category"]!["name"] == "d");
        await Check(() => user.PutAsync($"tags/{tag}", new JsonObject { ["name"] = "u" }), t => (string?)t!["tags"]![0] == "u");
        await Check(() => user.DeleteAsync($"tags/{tag}"), t => t!["tags"]!.AsArray().Count == 0);
        await Check(() => user.DeleteAsync($"categories/{category}"), t => t!["category"] is null);
        await Check(() => user.PostAsync($"tasks/{task}/complete", null, OK), t => (string?)t!["status"] == "done");
        await Check(() => user.PostAsync($"tasks/{task}/reopen", null, OK), t => (string?)t!["status"] == "todo");
        await Check(() => user.DeleteAsync($"tasks/{task}"), t => t is null);
    }

    [Theory]
    [InlineData("")]
    [InlineData("&status=todo")]
    public async Task The_total_of_a_later_page_knows_each_acknowledged_write(string filter)
    {
        var user = await _api.CreateUserAsync();
        var elsewhere = user.On(await _api.GetBAsync());
        string? id = null;
        for (var i = 0; i < 3; i++)
        {
            id = (string?)(await user.CreateTaskAsync($"{i}"))["id"];
        }

        var cursor = (string?)(await user.GetAsync($"tasks?sort=title&limit=1{filter}")).Json["nextCursor"];

        async Task CheckAsync(int total)
        {
            foreach (var reader in new[] { user, elsewhere })
            {
                // The limit differs, so that the second list is not the first one from the cache.
                Assert.Equal(total, (int?)(await reader.GetAsync($"tasks?sort=title&limit=1&total=true&cursor={cursor}{filter}")).Json["total"]);
                var next = await reader.GetAsync($"tasks?sort=title&limit=2&total=true&cursor={cursor}{filter}");
                Assert.Equal(total, (int?)next.Json["total"]);
            }
        }

        await CheckAsync(3);
        await user.CreateTaskAsync("3");
        await CheckAsync(4);
        await elsewhere.DeleteAsync($"tasks/{id}");
        await CheckAsync(3);
        await elsewhere.PostAsync($"tasks/{id}/restore", null, OK);
        await CheckAsync(4);
        await user.PostAsync($"tasks/{id}/complete", null, OK);
        await CheckAsync(filter.Length == 0 ? 4 : 3);
    }

    [Fact]
    public async Task Readers_beside_a_writer_never_see_a_version_older_than_what_was_acknowledged()
    {
        var user = await _api.CreateUserAsync();
        var id = (await user.CreateTaskAsync("a"))["id"];
        var acknowledged = 1;
        var done = false;

        var readers = new[] { user, user.On(await _api.GetBAsync()), user.On(await _api.GetBAsync()) }.Select(async reader =>
        {
            while (!Volatile.Read(ref done))
            {
                var before = Volatile.Read(ref acknowledged);
                var seen = (int)(await reader.GetAsync("tasks")).Json["items"]![0]!["version"]!;
                Assert.True(seen >= before, $"Version {before} was acknowledged, and {seen} was read after it.");
            }
        }).ToList();
        for (var i = 0; i < 60; i++)
        {
            Volatile.Write(ref acknowledged, (int)(await user.PatchAsync($"tasks/{id}", new JsonObject { ["title"] = $"t{i}" })).Json["version"]!);
        }

        Volatile.Write(ref done, true);
        await Task.WhenAll(readers);
    }

    [Fact]
    public async Task A_list_that_depends_on_the_time_of_day_is_not_cached()
    {
        var user = await _api.CreateUserAsync();

        await user.GetAsync("tasks?overdue=true");

        Assert.Equal("miss", (await user.GetAsync("tasks?overdue=true")).Cache);
    }

    [Fact]
    public async Task A_list_that_an_instance_has_at_hand_takes_one_command_of_Redis()
    {
        await using var redis = await services.StartPrivateRedisAsync(Cancel);
        await using var host = new ApiHost(await services.CreateTaskDatabaseAsync(Cancel), redis.ConnectionString);
        var user = await host.CreateUserAsync(Cancel);
        var connection = host.Services.GetRequiredService<IConnectionMultiplexer>();

        // Its session's note, which is good for seconds, may expire meanwhile, and the connection is kept alive by a command now and then.
        await Eventually.TrueAsync(
            async () =>
            {
                await user.GetAsync("tasks");
                var before = connection.GetCounters().Interactive.OperationCount;
                var answer = await user.GetAsync("tasks");
                return answer.Cache == "hit" && connection.GetCounters().Interactive.OperationCount - before == 1;
            },
            Cancel);
    }

    [Fact]
    public async Task Errors_are_not_cached()
    {
        var user = await _api.CreateUserAsync();

        await user.GetAsync("tasks?limit=0", BadRequest);

        Assert.Null((await user.GetAsync("tasks?limit=0", BadRequest)).Cache);
    }

    [Fact]
    public async Task Without_Redis_everything_comes_from_the_database_and_what_it_knew_before_is_not_believed()
    {
        await using var redis = await services.StartPrivateRedisAsync(Cancel);
        await using var host = new ApiHost(await services.CreateTaskDatabaseAsync(Cancel), redis.ConnectionString);
        var user = await host.CreateUserAsync(Cancel);
        var id = (await user.CreateTaskAsync("before"))["id"];
        await Eventually.TrueAsync(async () => (await user.GetAsync("tasks")).Cache == "hit", Cancel);

        redis.Freeze();
        await user.PatchAsync($"tasks/{id}", new JsonObject { ["title"] = "while away" });
        var away = await user.GetAsync("tasks");
        Assert.Equal(("miss", "while away"), (away.Cache, Title(away)));
        redis.Thaw();

        // It is the same server with the same memory, which still holds the list from before.
        await Eventually.TrueAsync(
            async () =>
            {
                var answer = await user.GetAsync("tasks");
                Assert.Equal("while away", Title(answer));
                return answer.Cache == "hit";
            },
            Cancel);
    }

    private static string? Title(ApiAnswer list) => (string?)list.Json["items"]![0]!["title"];
}
