using System.Text.Json.Nodes;
using TaskAspire.Tests.Fixtures;
using static System.Net.HttpStatusCode;

namespace TaskAspire.Tests.Api;

public sealed class HistoryTests(BackingServices services)
{
    private readonly SharedApi _api = SharedApi.On(services);

    [Fact]
    public async Task Each_change_stands_there_once_with_what_it_changed_and_who_did_it()
    {
        var user = await _api.CreateUserAsync();
        var path = $"tasks/{(await user.CreateTaskAsync("before", new JsonObject { ["description"] = "d" }))["id"]}";
        await user.PatchAsync(path, new JsonObject { ["title"] = "after", ["description"] = null, ["tags"] = new JsonArray("t") });
        await user.PatchAsync(path, new JsonObject { ["title"] = "after" });
        await user.PostAsync($"{path}/complete", null, OK);
        await user.PostAsync($"{path}/reopen", null, OK);
        await user.DeleteAsync(path);
        var inTrash = (await user.GetAsync($"{path}/history")).Json["items"]!.AsArray();
        await user.PostAsync($"{path}/restore", null, OK);

        var items = (await user.GetAsync($"{path}/history")).Json["items"]!.AsArray();

        Assert.Equal(5, inTrash.Count);
        Assert.Equal(["restored", "deleted", "reopened", "completed", "updated", "created"], items.Select(i => (string?)i!["operation"]));
        Assert.All(items, i => Assert.Equal("""{"type":"user","apiKeyId":null}""", i!["actor"]!.ToJsonString()));
        Assert.Equal(items.Select(i => (long)i!["id"]!).OrderDescending(), items.Select(i => (long)i!["id"]!));
        Assert.Null(items[5]!["fields"]);
        var updated = items[4]!["fields"]!;
        Assert.Equal(["description", "tags", "title"], updated.AsObject().Select(f => f.Key).Order());
        Assert.Equal("""{"from":"before","to":"after"}""", updated["title"]!.ToJsonString());
        Assert.Equal("""{"from":"d","to":null}""", updated["description"]!.ToJsonString());
        Assert.Equal("""{"from":[],"to":["t"]}""", updated["tags"]!.ToJsonString());
        Assert.Equal("""{"from":"todo","to":"done"}""", items[3]!["fields"]!["status"]!.ToJsonString());
        Assert.NotNull(items[1]!["fields"]!["deletedAt"]!["to"]);
        Assert.EndsWith("Z", (string)items[0]!["at"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_is_read_page_by_page()
    {
        var user = await _api.CreateUserAsync();
        var path = $"tasks/{(await user.CreateTaskAsync("0"))["id"]}";
        for (var i = 1; i < 8; i++)
        {
            await user.PatchAsync(path, new JsonObject { ["title"] = $"{i}" });
        }

        var ids = new List<long>();
        string? cursor = null;
        do
        {
            var page = (await user.GetAsync($"{path}/history?limit=3{(cursor is null ? "" : "&cursor=" + cursor)}")).Json;
            ids.AddRange(page["items"]!.AsArray().Select(i => (long)i!["id"]!));
            cursor = (string?)page["nextCursor"];
        }
        while (cursor is not null);

        Assert.Equal((await user.GetAsync($"{path}/history")).Json["items"]!.AsArray().Select(i => (long)i!["id"]!), ids);
        Assert.Equal(8, ids.Count);
        Assert.NotEmpty((await user.GetAsync($"{path}/history?cursor=x", BadRequest)).ErrorOf("cursor"));
        Assert.NotEmpty((await user.GetAsync($"{path}/history?limit=101", BadRequest)).ErrorOf("limit"));
    }

    [Fact]
    public async Task It_is_the_owners_alone()
    {
        var user = await _api.CreateUserAsync();
        var stranger = await _api.CreateUserAsync();
        var id = (await user.CreateTaskAsync("a"))["id"];

        await stranger.GetAsync($"tasks/{id}/history", NotFound);
        await user.GetAsync($"tasks/{Guid.NewGuid()}/history", NotFound);
    }
}
