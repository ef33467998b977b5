using System.Text.Json.Nodes;
using TaskAspire.Tests.Fixtures;
using static System.Net.HttpStatusCode;

namespace TaskAspire.Tests.Api;

public sealed class ConditionalListTests(BackingServices services)
{
    private readonly SharedApi _api = SharedApi.On(services);

    [Theory]
    [InlineData("tasks?limit=5")]
    [InlineData("tasks?overdue=true")]
    [InlineData("categories")]
    [InlineData("tags")]
    [InlineData("webhooks")]
    public async Task A_client_that_has_the_list_is_not_sent_it_again(string path)
    {
        var user = await _api.CreateUserAsync();
        var elsewhere = user.On(await _api.GetBAsync());
        await FillAsync(user, "a");
        var first = await user.GetAsync(path);
        var sent = await elsewhere.SendAsync(HttpMethod.Get, path, null, OK, null, ("If-None-Match", "\"other\""));
        Assert.Equal((first.Text, first.ETag), (sent.Text, sent.ETag));

        foreach (var tags in new[] { first.ETag, $"\"other\", W/{first.ETag}", "*" })
        {
            // More than once: from the cache, and where that has it not yet.
            for (var i = 0; i < 3; i++)
            {
                var unchanged = await (i == 1 ? elsewhere : user).SendAsync(HttpMethod.Get, path, null, NotModified, null, ("If-None-Match", tags));
                Assert.Equal(("", first.ETag), (unchanged.Text, unchanged.ETag));
            }
        }

        await FillAsync(user, "b");
        var changed = await elsewhere.SendAsync(HttpMethod.Get, path, null, OK, null, ("If-None-Match", first.ETag));
        Assert.NotEqual(first.ETag, changed.ETag);
        Assert.Equal(changed.Text, (await user.GetAsync(path)).Text);
    }

    [Fact]
    public async Task A_list_that_need_not_be_sent_is_cached_all_the_same()
    {
        var user = await _api.CreateUserAsync();
        await user.CreateTaskAsync("a", new JsonObject { ["priority"] = "high" });
        var limit = 0;
        // It is answered before Redis has it, so one may be asked for too soon; then the next tells.
        await Eventually.TrueAsync(
            async () =>
            {
                var path = $"tasks?priority=high&limit={++limit}";
                var first = await user.GetAsync(path);
                // Another version of the user's lists, of which this one is as it was.
                await user.CreateTaskAsync("b");
                Assert.Equal("", (await user.SendAsync(HttpMethod.Get, path, null, NotModified, null, ("If-None-Match", first.ETag))).Text);

                var next = await user.GetAsync(path);
                Assert.Equal((first.Text, first.ETag, Kept(first)), (next.Text, next.ETag, Kept(next)));
                return next.Headers.GetValues("X-Cache").Single() == "hit";
            },
            TestContext.Current.CancellationToken);

        static string Kept(ApiAnswer answer) => string.Join('\n', answer.Headers.Where(h => h.Key is "Cache-Control" or "Content-Type" or "Content-Length" or "Vary").SelectMany(h => h.Value.Prepend(h.Key)));
    }

    [Fact]
    public async Task A_write_that_leaves_a_list_as_it_is_leaves_its_entity_tag()
    {
        var user = await _api.CreateUserAsync();
        await user.CreateTaskAsync("a", new JsonObject { ["priority"] = "high" });
        const string path = "tasks?priority=high";
        var first = await user.GetAsync(path);

        await user.CreateTaskAsync("b");
        Assert.Equal(first.ETag, (await user.SendAsync(HttpMethod.Get, path, null, NotModified, null, ("If-None-Match", first.ETag))).ETag);
        Assert.Equal(first.Text, (await user.GetAsync(path)).Text);
    }

    [Fact]
    public async Task A_refusal_is_sent_whatever_the_client_has()
    {
        var user = await _api.CreateUserAsync();
        var refused = await user.SendAsync(HttpMethod.Get, "tasks?limit=0", null, BadRequest, null, ("If-None-Match", "*"));
        Assert.Equal("validation", refused.Problem);
    }

    private static async Task FillAsync(ApiClient user, string name)
    {
        await user.CreateTaskAsync(name, new JsonObject { ["tags"] = new JsonArray(name), ["dueDate"] = "2020-01-01T00:00:00Z" });
        await user.PostAsync("categories", new JsonObject { ["name"] = name });
        await user.PostAsync("webhooks", new JsonObject { ["url"] = $"https://example.com/{name}", ["events"] = new JsonArray("*") });
    }
}
