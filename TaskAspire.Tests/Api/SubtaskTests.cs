using System.Net;
using System.Text.Json.Nodes;
using TaskAspire.Tests.Fixtures;
using static System.Net.HttpStatusCode;

namespace TaskAspire.Tests.Api;

public sealed class SubtaskTests(BackingServices services)
{
    private readonly SharedApi _api = SharedApi.On(services);

    [Fact]
    public async Task A_parent_is_given_kept_changed_and_taken_away()
    {
        var user = await _api.CreateUserAsync();
        var parent = await IdAsync(user, "parent");
        var other = await IdAsync(user, "other");

        var child = await user.CreateTaskAsync("child", new JsonObject { ["parentId"] = parent });
        Assert.Equal(parent, (string?)child["parentId"]);
        var path = $"tasks/{child["id"]}";
        Assert.Equal(parent, (string?)(await user.PatchAsync(path, new JsonObject { ["title"] = "renamed" })).Json["parentId"]);
        Assert.Equal(parent, (string?)(await user.PostAsync($"{path}/complete", null, OK)).Json["parentId"]);
        Assert.Equal(other, (string?)(await user.PatchAsync(path, new JsonObject { ["parentId"] = other })).Json["parentId"]);
        Assert.Null((await user.PatchAsync(path, new JsonObject { ["parentId"] = null })).Json["parentId"]);
        Assert.Equal(other, (string?)(await user.PutAsync(path, new JsonObject { ["title"] = "child", ["parentId"] = other })).Json["parentId"]);
        Assert.Null((await user.PutAsync(path, new JsonObject { ["title"] = "child" })).Json["parentId"]);
    }

    [Fact]
    public async Task Only_a_live_task_of_the_user_can_be_a_parent()
    {
        var user = await _api.CreateUserAsync();
        var stranger = await _api.CreateUserAsync();
        var trashed = await IdAsync(user, "trashed");
        await user.DeleteAsync($"tasks/{trashed}");
        var mine = await IdAsync(user, "mine");

        foreach (var parent in new[] { await IdAsync(stranger, "theirs"), trashed, Guid.NewGuid().ToString(), Guid.Empty.ToString() })
        {
            Assert.NotEmpty((await user.PostAsync("tasks", new JsonObject { ["title"] = "x", ["parentId"] = parent }, BadRequest)).ErrorOf("parentId"));
            Assert.NotEmpty((await user.PatchAsync($"tasks/{mine}", new JsonObject { ["parentId"] = parent }, BadRequest)).ErrorOf("parentId"));
        }

        Assert.NotEmpty((await user.PatchAsync($"tasks/{mine}", new JsonObject { ["parentId"] = "x" }, BadRequest)).ErrorOf("parentId"));
    }

    [Fact]
    public async Task A_task_cannot_become_a_part_of_itself()
    {
        var user = await _api.CreateUserAsync();
        var chain = await ChainAsync(user, 3);

        foreach (var parent in chain)
        {
            var answer = await user.PatchAsync($"tasks/{chain[0]}", new JsonObject { ["parentId"] = parent }, BadRequest);
            Assert.Contains("circle", answer.ErrorOf("parentId"), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Five_levels_is_the_limit_and_what_hangs_below_counts()
    {
        var user = await _api.CreateUserAsync();
        var chain = await ChainAsync(user, 5);
        var three = await ChainAsync(user, 3);

        Assert.Contains("5 levels", (await user.PostAsync("tasks", new JsonObject { ["title"] = "6", ["parentId"] = chain[4] }, BadRequest)).ErrorOf("parentId"), StringComparison.Ordinal);
        Assert.Contains("make 6", (await user.PatchAsync($"tasks/{three[0]}", new JsonObject { ["parentId"] = chain[2] }, BadRequest)).ErrorOf("parentId"), StringComparison.Ordinal);
        await user.PatchAsync($"tasks/{three[0]}", new JsonObject { ["parentId"] = chain[1] });
    }

    [Fact]
    public async Task Moves_at_once_that_together_make_a_circle_do_not_both_go_through()
    {
        var user = await _api.CreateUserAsync();
        var other = user.On(await _api.GetBAsync());
        for (var round = 0; round < 10; round++)
        {
            var (a, b, c) = (await IdAsync(user, "a"), await IdAsync(user, "b"), await IdAsync(user, "c"));

            var statuses = await Task.WhenAll(
                StatusAsync(user, HttpMethod.Patch, $"tasks/{a}", new JsonObject { ["parentId"] = b }),
                StatusAsync(other, HttpMethod.Patch, $"tasks/{b}", new JsonObject { ["parentId"] = c }),
                StatusAsync(user, HttpMethod.Put, $"tasks/{c}", new JsonObject { ["title"] = "c", ["parentId"] = a }));

            Assert.Equal([OK, OK, BadRequest], statuses.Order());
        }
    }

    [Fact]
    public async Task Completing_a_task_completes_what_is_open_below_it_and_reopening_takes_up_only_itself()
    {
        var user = await _api.CreateUserAsync();
        var webhook = await HookAsync(user);
        var chain = await ChainAsync(user, 3);
        var cancelled = (string)(await user.CreateTaskAsync("cancelled", new JsonObject { ["parentId"] = chain[0], ["status"] = "cancelled" }))["id"]!;
        var beside = await IdAsync(user, "beside");

        Assert.Equal("done", (string?)(await user.PostAsync($"tasks/{chain[0]}/complete", null, OK)).Json["status"]);

        foreach (var id in chain)
        {
            var task = (await user.GetAsync($"tasks/{id}")).Json;
            Assert.Equal(("done", 2), ((string)task["status"]!, (int)task["version"]!));
            Assert.NotNull(task["completedAt"]);
        }

        Assert.Equal("cancelled", await StatusOfAsync(user, cancelled));
        Assert.Equal("todo", await StatusOfAsync(user, beside));
        Assert.Equal(3, await EventsAsync(user, webhook, "task.completed"));

        await user.PostAsync($"tasks/{chain[0]}/reopen", null, OK);
        Assert.Equal(["todo", "done", "done"], [await StatusOfAsync(user, chain[0]), await StatusOfAsync(user, chain[1]), await StatusOfAsync(user, chain[2])]);
        Assert.Equal(1, await EventsAsync(user, webhook, "task.reopened"));
    }

    [Theory]
    [InlineData("PATCH")]
    [InlineData("PUT")]
    public async Task The_status_done_takes_the_subtasks_along_by_whatever_route(string method)
    {
        var user = await _api.CreateUserAsync();
        var chain = await ChainAsync(user, 2);

        await user.SendAsync(new HttpMethod(method), $"tasks/{chain[0]}", new JsonObject { ["title"] = "t", ["status"] = "done" }, OK);

        Assert.Equal("done", await StatusOfAsync(user, chain[1]));
    }

    [Fact]
    public async Task A_thousand_tasks_are_a_tree_and_no_more_and_it_is_completed_deleted_and_restored_as_a_whole()
    {
        var user = await _api.CreateUserAsync();
        var top = await IdAsync(user, "top");
        for (var i = 0; i < 999; i += 99)
        {
            var operations = new JsonArray([.. Enumerable.Range(i, Math.Min(99, 999 - i)).Select(n => new JsonObject
            {
                ["op"] = "create",
                ["task"] = new JsonObject { ["title"] = $"{n}", ["parentId"] = top },
            })]);
            await user.PostAsync("tasks/bulk", new JsonObject { ["atomic"] = true, ["operations"] = operations }, OK);
        }

        Assert.Contains("999", (await user.PostAsync("tasks", new JsonObject { ["title"] = "x", ["parentId"] = top }, BadRequest)).ErrorOf("parentId"), StringComparison.Ordinal);
        await user.PostAsync($"tasks/{top}/complete", null, OK);
        Assert.Equal(1000, (int?)(await user.GetAsync("tasks?status=done&limit=1")).Json["total"]);
        await user.DeleteAsync($"tasks/{top}");
        Assert.Equal(0, (int?)(await user.GetAsync("tasks?limit=1")).Json["total"]);
        await user.PostAsync($"tasks/{top}/restore", null, OK);
        Assert.Equal(1000, (int?)(await user.GetAsync("tasks?limit=1")).Json["total"]);
    }

    [Fact]
    public async Task Whatever_happens_at_once_no_live_task_is_below_one_in_the_trash_and_nothing_is_a_5xx()
    {
        var user = await _api.CreateUserAsync();
        var other = user.On(await _api.GetBAsync());
        var ids = new List<string>();
        for (var i = 0; i < 6; i++)
        {
            ids.Add(await IdAsync(user, $"{i}"));
        }

        var random = new Random(7);
        var requests = Enumerable.Range(0, 60).Select(i => (Client: i % 2 == 0 ? user : other, Id: ids[random.Next(6)], Other: ids[random.Next(6)], Kind: random.Next(7))).ToList();
        var statuses = await Task.WhenAll(requests.Select(r => r.Kind switch
        {
            0 or 1 => StatusAsync(r.Client, HttpMethod.Patch, $"tasks/{r.Id}", new JsonObject { ["parentId"] = r.Other }),
            2 => StatusAsync(r.Client, HttpMethod.Delete, $"tasks/{r.Id}", null),
            3 => StatusAsync(r.Client, HttpMethod.Post, $"tasks/{r.Id}/restore", null),
            4 => StatusAsync(r.Client, HttpMethod.Post, $"tasks/{r.Id}/complete", null),
            5 => StatusAsync(r.Client, HttpMethod.Patch, $"tasks/{r.Id}", new JsonObject { ["tags"] = new JsonArray($"t{r.Other[^1]}", "u"), ["title"] = r.Other }),
            _ => StatusAsync(r.Client, HttpMethod.Post, "tasks/bulk", JsonNode.Parse($$"""
                { "operations": [
                  { "op": "update", "id": "{{r.Id}}", "patch": { "tags": ["u", "t{{r.Id[^1]}}"] } },
                  { "op": "reopen", "id": "{{r.Other}}" }, { "op": "update", "id": "{{r.Other}}", "patch": { "tags": ["a{{r.Id[^1]}}"] } }] }
                """)),
        }));

        Assert.All(statuses, s => Assert.Contains(s, new[] { OK, NoContent, NotFound, BadRequest }));
        var live = (await user.GetAsync("tasks?limit=100")).Json["items"]!.AsArray().Select(t => t!.AsObject()).ToDictionary(t => (string)t["id"]!);
        Assert.All(live.Values, t => Assert.True(t["parentId"] is null || live.ContainsKey((string)t["parentId"]!), t.ToJsonString()));
        Assert.Equal(6, live.Count + (await user.GetAsync("tasks/trash?limit=100")).Json["items"]!.AsArray().Count);
    }

    private static async Task<string> IdAsync(ApiClient user, string title) => (string)(await user.CreateTaskAsync(title))["id"]!;

    private static async Task<string> StatusOfAsync(ApiClient user, string id) => (string)(await user.GetAsync($"tasks/{id}")).Json["status"]!;

    /// <summary>Tasks each of which is a part of the one before.</summary>
    private static async Task<List<string>> ChainAsync(ApiClient user, int length)
    {
        var chain = new List<string>();
        for (var i = 0; i < length; i++)
        {
            chain.Add((string)(await user.CreateTaskAsync($"level {i + 1}", i == 0 ? null : new JsonObject { ["parentId"] = chain[^1] }))["id"]!);
        }

        return chain;
    }

    private static async Task<HttpStatusCode> StatusAsync(ApiClient user, HttpMethod method, string path, JsonNode? body)
    {
        using var request = new HttpRequestMessage(method, $"/api/v1/{path}");
        request.Content = body is null ? null : new StringContent(body.ToJsonString(), System.Text.Encoding.UTF8, "application/json");
        using var response = await user.Http.SendAsync(request, TestContext.Current.CancellationToken);
        return response.StatusCode;
    }

    private static async Task<string> HookAsync(ApiClient user) => (string)(await user.PostAsync("webhooks", JsonNode.Parse("""
        { "url": "http://127.0.0.1:9/", "events": ["task.created", "task.completed", "task.reopened"] }
        """))).Json["id"]!;

    private static async Task<int> EventsAsync(ApiClient user, string webhook, string type) =>
        (await user.GetAsync($"webhooks/{webhook}/deliveries?limit=100")).Json["items"]!.AsArray().Count(d => (string?)d!["event"] == type);
}
