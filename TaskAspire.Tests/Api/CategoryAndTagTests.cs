using System.Text.Json.Nodes;
using TaskAspire.Tests.Fixtures;
using static System.Net.HttpStatusCode;

namespace TaskAspire.Tests.Api;

public sealed class CategoryAndTagTests(BackingServices services)
{
    private readonly SharedApi _api = SharedApi.On(services);

    [Theory]
    [InlineData("categories")]
    [InlineData("tags")]
    public async Task A_name_is_unique_for_its_user_whatever_its_case(string what)
    {
        var user = await _api.CreateUserAsync();
        var other = await _api.CreateUserAsync();

        var created = await user.PostAsync(what, new JsonObject { ["name"] = " Straße " });
        Assert.Equal("Straße", (string?)created.Json["name"]);
        Assert.EndsWith($"/api/v1/{what}/{created.Json["id"]}", created.Headers.Location!.ToString(), StringComparison.Ordinal);
        var conflict = await user.PostAsync(what, new JsonObject { ["name"] = "STRAßE" }, Conflict);
        Assert.Equal("conflict", conflict.Problem);
        Assert.NotEmpty(conflict.ErrorOf("name"));
        await other.PostAsync(what, new JsonObject { ["name"] = "straße" });

        var second = (await user.PostAsync(what, new JsonObject { ["name"] = "second" })).Json["id"];
        await user.PutAsync($"{what}/{second}", new JsonObject { ["name"] = "STRASSE" });
        await user.PutAsync($"{what}/{second}", new JsonObject { ["name"] = "straße" }, Conflict);
        await user.PatchAsync($"{what}/{second}", new JsonObject { ["name"] = "straßE" }, Conflict);
        await user.PatchAsync($"{what}/{second}", new JsonObject { ["name"] = "Strasse" });
        Assert.Equal("Strasse", (string?)(await user.GetAsync($"{what}/{second}")).Json["name"]);
    }

    [Fact]
    public async Task Of_parallel_creations_of_one_name_one_succeeds()
    {
        var user = await _api.CreateUserAsync();

        var statuses = await Task.WhenAll(Enumerable.Range(0, 10).Select(async _ =>
        {
            using var response = await user.Http.PostAsync(
                "/api/v1/categories", System.Net.Http.Json.JsonContent.Create(new { name = "one" }), TestContext.Current.CancellationToken);
            return response.StatusCode;
        }));

        Assert.Equal(1, statuses.Count(s => s == Created));
        Assert.Equal(9, statuses.Count(s => s == Conflict));
    }

    [Fact]
    public async Task Parallel_tasks_that_name_the_same_new_tags_share_them()
    {
        var user = await _api.CreateUserAsync();

        await Task.WhenAll(Enumerable.Range(0, 10).Select(i => user.CreateTaskAsync(
            $"t{i}", new JsonObject { ["tags"] = i % 2 == 0 ? new JsonArray("x", "y", "z") : new JsonArray("Z", "Y", "X") })));

        Assert.Equal(3, (int?)(await user.GetAsync("tags")).Json["total"]);
        Assert.Equal(10, (int?)(await user.GetAsync("tasks?tag=x&tag=z")).Json["total"]);
    }

    [Fact]
    public async Task A_tag_that_a_change_of_a_task_makes_is_as_old_as_the_change()
    {
        var user = await _api.CreateUserAsync();
        var task = await user.CreateTaskAsync("a");

        var changed = (await user.PatchAsync($"tasks/{task["id"]}", new JsonObject { ["tags"] = new JsonArray("t") })).Json;

        Assert.Equal((string?)changed["updatedAt"], (string?)(await user.GetAsync("tags")).Json["items"]![0]!["createdAt"]);
    }

    [Fact]
    public async Task Deleting_a_category_or_tag_leaves_the_tasks()
    {
        var user = await _api.CreateUserAsync();
        var category = (await user.PostAsync("categories", new JsonObject { ["name"] = "c", ["color"] = "#00ff00" })).Json["id"];
        var task = (await user.CreateTaskAsync("a", new JsonObject { ["categoryId"] = (string?)category, ["tags"] = new JsonArray("t") }))["id"];
        var tag = (await user.GetAsync("tags")).Json["items"]![0]!["id"];

        await user.DeleteAsync($"categories/{category}");
        await user.DeleteAsync($"tags/{tag}");

        var left = (await user.GetAsync($"tasks/{task}")).Json;
        Assert.Null(left["category"]);
        Assert.Null(left["categoryId"]);
        Assert.Empty(left["tags"]!.AsArray());
        await user.DeleteAsync($"categories/{category}", NotFound);
        await user.DeleteAsync($"tags/{tag}", NotFound);
    }

    [Fact]
    public async Task A_patch_of_a_category_touches_only_what_it_sends()
    {
        var user = await _api.CreateUserAsync();
        var id = (await user.PostAsync("categories", new JsonObject { ["name"] = "c", ["color"] = "#00ff00" })).Json["id"];

        Assert.Equal("#00ff00", (string?)(await user.PatchAsync($"categories/{id}", new JsonObject { ["name"] = "d" })).Json["color"]);
        Assert.Null((await user.PatchAsync($"categories/{id}", new JsonObject { ["color"] = null })).Json["color"]);
        Assert.NotEmpty((await user.PatchAsync($"categories/{id}", new JsonObject { ["color"] = "green" }, BadRequest)).ErrorOf("color"));
        Assert.NotEmpty((await user.PatchAsync($"categories/{id}", new JsonObject { ["name"] = null }, BadRequest)).ErrorOf("name"));
        Assert.NotEmpty((await user.PostAsync("categories", new JsonObject { ["name"] = new string('x', 101) }, BadRequest)).ErrorOf("name"));
        Assert.NotEmpty((await user.PostAsync("tags", new JsonObject { ["name"] = "  " }, BadRequest)).ErrorOf("name"));
        Assert.NotEmpty((await user.GetAsync("tags?limit=x", BadRequest)).ErrorOf("limit"));
        Assert.Single((await user.GetAsync("categories")).Json["items"]!.AsArray());
    }
}
