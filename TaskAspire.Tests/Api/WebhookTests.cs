using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using TaskAspire.Tests.Fixtures;
using static System.Net.HttpStatusCode;

namespace TaskAspire.Tests.Api;

public sealed class WebhookTests(BackingServices services)
{
    private readonly SharedApi _api = SharedApi.On(services);

    [Fact]
    public async Task The_secret_is_shown_once_and_lies_encrypted()
    {
        var user = await _api.CreateUserAsync();

        var created = (await user.PostAsync("webhooks", Endpoint("task.created"))).Json;

        var secret = (string)created["secret"]!;
        Assert.StartsWith("whsec_", secret, StringComparison.Ordinal);
        Assert.Equal(32, Convert.FromBase64String(secret["whsec_".Length..]).Length);
        Assert.DoesNotContain("secret\"", (await user.GetAsync($"webhooks/{created["id"]}")).Text, StringComparison.Ordinal);
        Assert.DoesNotContain(secret, (await user.GetAsync("webhooks")).Text, StringComparison.Ordinal);
        await using var database = TaskDatabases.Open(await _api.GetDatabaseAsync());
        var id = Guid.Parse((string)created["id"]!);
        var stored = await database.WebhookEndpoints.SingleAsync(e => e.Id == id, TestContext.Current.CancellationToken);
        Assert.DoesNotContain(secret["whsec_".Length..], stored.Secret, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_header_is_removed_whether_it_is_there_or_not()
    {
        var user = await _api.CreateUserAsync();
        var id = (await user.PostAsync("webhooks", Endpoint("task.created"))).Json["id"];

        var patched = (await user.PatchAsync($"webhooks/{id}", JsonNode.Parse("""{ "headers": { "X-Old": null, "X-New": "n" } }"""))).Json;

        Assert.Equal(["X-New"], patched["headerNames"]!.AsArray().Select(n => (string)n!));
    }

    [Fact]
    public async Task A_header_is_known_in_any_case()
    {
        var user = await _api.CreateUserAsync();
        var endpoint = Endpoint("task.created");
        endpoint["headers"] = new JsonObject { ["Authorization"] = "Bearer s", ["X-Tenant"] = "t" };
        var id = (await user.PostAsync("webhooks", endpoint)).Json["id"];

        var patched = (await user.PatchAsync($"webhooks/{id}", JsonNode.Parse("""{ "headers": { "authorization": null, "x-tenant": "u" } }"""))).Json;

        Assert.Equal(["x-tenant"], patched["headerNames"]!.AsArray().Select(n => (string)n!));
    }

    [Theory]
    [InlineData("ftp://example.com/")]
    [InlineData("example.com")]
    [InlineData("http://user:pass@example.com/")]
    [InlineData("http://10.0.0.1/")]
    [InlineData("http://169.254.169.254/latest/meta-data")]
    [InlineData("http://[fd00::1]/")]
    [InlineData("http://0x0a000001/")]
    [InlineData("http://example.com/ x")]
    [InlineData("http://example.com/\r\nX-Evil: 1")]
    public async Task An_address_that_may_not_be_reached_is_refused(string url)
    {
        var user = await _api.CreateUserAsync();

        var answer = await user.PostAsync("webhooks", new JsonObject { ["url"] = url, ["events"] = new JsonArray("task.created") }, BadRequest);

        Assert.NotEmpty(answer.ErrorOf("url"));
    }

    [Theory]
    [InlineData("""{ "url": "http://127.0.0.1:9/", "events": [] }""", "events")]
    [InlineData("""{ "url": "http://127.0.0.1:9/" }""", "events")]
    [InlineData("""{ "url": "http://127.0.0.1:9/", "events": ["task.exploded"] }""", "events[0]")]
    [InlineData("""{ "url": "http://127.0.0.1:9/", "events": [null] }""", "events[0]")]
    [InlineData("""{ "url": "http://127.0.0.1:9/", "events": ["task.created"], "apiKey": "a\r\nb" }""", "apiKey")]
    [InlineData("""{ "url": "http://127.0.0.1:9/", "events": ["task.created"], "useSharedSecret": true }""", "useSharedSecret")]
    [InlineData("""{ "events": ["task.created"] }""", "url")]
    public async Task A_wrong_endpoint_is_a_400_that_names_the_field(string body, string field)
    {
        var user = await _api.CreateUserAsync();

        Assert.NotEmpty((await user.SendRawAsync(HttpMethod.Post, "webhooks", body, BadRequest)).ErrorOf(field));
    }

    [Fact]
    public async Task A_patch_touches_only_what_it_sends()
    {
        var user = await _api.CreateUserAsync();
        var body = Endpoint("task.created");
        body["apiKey"] = "key-1";
        var id = (await user.PostAsync("webhooks", body)).Json["id"];

        var patched = (await user.PatchAsync($"webhooks/{id}", JsonNode.Parse("""{ "events": ["task.deleted"], "enabled": false }"""))).Json;
        Assert.Equal(("task.deleted", false, true), ((string)patched["events"]![0]!, (bool)patched["enabled"]!, (bool)patched["hasApiKey"]!));
        Assert.False((bool)(await user.PatchAsync($"webhooks/{id}", new JsonObject { ["apiKey"] = null })).Json["hasApiKey"]!);
        Assert.NotEmpty((await user.PatchAsync($"webhooks/{id}", new JsonObject { ["url"] = "http://10.1.1.1/" }, BadRequest)).ErrorOf("url"));
        Assert.NotEmpty((await user.PatchAsync($"webhooks/{id}", new JsonObject { ["url"] = null }, BadRequest)).ErrorOf("url"));
    }

    [Fact]
    public async Task What_is_deleted_is_found_no_more_gets_no_event_and_has_no_secret_left()
    {
        var user = await _api.CreateUserAsync();
        var body = Endpoint("task.created");
        body["apiKey"] = "key-1";
        body["headers"] = new JsonObject { ["X-Token"] = "t" };
        var id = (string)(await user.PostAsync("webhooks", body)).Json["id"]!;
        await user.CreateTaskAsync("before");
        var delivery = (string)(await user.GetAsync($"webhooks/{id}/deliveries")).Json["items"]![0]!["id"]!;

        await user.DeleteAsync($"webhooks/{id}");
        await user.CreateTaskAsync("after");

        Assert.Empty((await user.GetAsync("webhooks")).Json["items"]!.AsArray());
        foreach (var path in new[] { $"webhooks/{id}", $"webhooks/{id}/deliveries", $"webhooks/{id}/stats", $"webhook-deliveries/{delivery}" })
        {
            await user.GetAsync(path, NotFound);
        }

        foreach (var path in new[] { $"webhooks/{id}/test", $"webhooks/{id}/rotate-secret", $"webhooks/{id}/pause", $"webhooks/{id}/resume", $"webhook-deliveries/{delivery}/redeliver" })
        {
            await user.PostAsync(path, null, NotFound);
        }

        await user.PatchAsync($"webhooks/{id}", new JsonObject { ["enabled"] = true }, NotFound);
        await user.DeleteAsync($"webhooks/{id}", NotFound);
        await using var database = TaskDatabases.Open(await _api.GetDatabaseAsync());
        var key = Guid.Parse(id);
        var left = await database.WebhookEndpoints.IgnoreQueryFilters().SingleAsync(e => e.Id == key, TestContext.Current.CancellationToken);
        Assert.Equal((null, null, null), (left.Secret, left.ApiKey, left.Headers));
        Assert.Equal(1, await database.WebhookDeliveries.CountAsync(d => d.EndpointId == key, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Each_write_of_a_task_makes_one_delivery_for_each_endpoint_that_asked_for_it()
    {
        var user = await _api.CreateUserAsync();
        var all = (await user.PostAsync("webhooks", Endpoint("task.created", "task.updated", "task.completed", "task.reopened", "task.deleted"))).Json["id"];
        var some = (await user.PostAsync("webhooks", Endpoint("task.completed"))).Json["id"];
        var off = Endpoint("task.created");
        off["enabled"] = false;
        var disabled = (await user.PostAsync("webhooks", off)).Json["id"];

        var created = await user.PostAsync("tasks", new JsonObject { ["title"] = "a" });
        var task = created.Json["id"];
        await user.PatchAsync($"tasks/{task}", new JsonObject { ["title"] = "b" });
        await user.PatchAsync($"tasks/{task}", new JsonObject { ["title"] = "b" });
        await user.PostAsync($"tasks/{task}/complete", null, OK);
        await user.PatchAsync($"tasks/{task}", new JsonObject { ["status"] = "todo" });
        await user.PatchAsync($"tasks/{task}", new JsonObject { ["title"] = "" }, BadRequest);
        await user.DeleteAsync($"tasks/{task}");

        var deliveries = (await user.GetAsync($"webhooks/{all}/deliveries")).Json["items"]!.AsArray();
        Assert.Equal(
            ["task.deleted", "task.reopened", "task.completed", "task.updated", "task.created"],
            deliveries.Select(d => (string)d!["event"]!));
        Assert.All(deliveries, d => Assert.Equal(("pending", 0), ((string)d!["state"]!, d["attempts"]!.AsArray().Count)));
        Assert.Single((await user.GetAsync($"webhooks/{some}/deliveries")).Json["items"]!.AsArray());
        Assert.Empty((await user.GetAsync($"webhooks/{disabled}/deliveries")).Json["items"]!.AsArray());

        var details = (await user.GetAsync($"webhook-deliveries/{deliveries[^1]!["id"]}")).Json;
        Assert.Equal("task.created", (string?)details["payload"]!["event"]);
        Assert.True(JsonNode.DeepEquals(created.Json, details["payload"]!["data"]));
    }

    [Fact]
    public async Task Deliveries_are_paged_by_cursor_and_filtered_by_state()
    {
        var user = await _api.CreateUserAsync();
        var id = (await user.PostAsync("webhooks", Endpoint("task.created"))).Json["id"];
        for (var i = 0; i < 5; i++)
        {
            await user.CreateTaskAsync($"t{i}");
        }

        var first = (await user.GetAsync($"webhooks/{id}/deliveries?limit=3&state=pending")).Json;
        var second = (await user.GetAsync($"webhooks/{id}/deliveries?limit=3&cursor={first["nextCursor"]}")).Json;
        Assert.Equal((3, 2), (first["items"]!.AsArray().Count, second["items"]!.AsArray().Count));
        Assert.Null(second["nextCursor"]);
        Assert.Empty((await user.GetAsync($"webhooks/{id}/deliveries?state=dead")).Json["items"]!.AsArray());
        foreach (var (query, parameter) in new[] { ("limit=0", "limit"), ("cursor=x", "cursor"), ("state=lost", "state"), ("x=1", "x") })
        {
            Assert.NotEmpty((await user.GetAsync($"webhooks/{id}/deliveries?{query}", BadRequest)).ErrorOf(parameter));
        }
    }

    private static JsonObject Endpoint(params string[] events) =>
        new() { ["url"] = "http://127.0.0.1:9/hook", ["events"] = new JsonArray([.. events.Select(e => JsonValue.Create(e))]) };
}
