using System.Text.Json.Nodes;
using TaskAspire.Tests.Api;
using TaskAspire.Tests.Fixtures;
using static System.Net.HttpStatusCode;

namespace TaskAspire.Tests.Webhooks;

public sealed class EndpointSettingsTests(BackingServices services)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Events_come_by_kind_category_and_tag()
    {
        await using var stack = await WebhookStack.CreateAsync(services);
        var user = await stack.CreateUserAsync();
        var home = (await user.PostAsync("categories", new JsonObject { ["name"] = "Home" })).Json["id"];
        var all = (await stack.AddEndpointAsync(user, "*"))["id"];
        var tasks = (await stack.AddEndpointAsync(user, "task.*"))["id"];
        var others = (await stack.AddEndpointAsync(user, "webhook.*"))["id"];
        var inHome = (await stack.AddEndpointAsync(user, "task.*", more: new JsonObject { ["categoryIds"] = new JsonArray((string)home!) }))["id"];
        var urgent = (await stack.AddEndpointAsync(user, "task.*", more: new JsonObject { ["tags"] = new JsonArray(" Urgent ") }))["id"];
        var both = (await stack.AddEndpointAsync(
            user, "task.*", more: new JsonObject { ["tags"] = new JsonArray("urgent", "x"), ["categoryIds"] = new JsonArray((string)home!) }))["id"];

        var plain = (await user.CreateTaskAsync("plain"))["id"];
        await user.PatchAsync($"tasks/{plain}", new JsonObject { ["categoryId"] = (string)home! });
        await user.PatchAsync($"tasks/{plain}", new JsonObject { ["tags"] = new JsonArray("URGENT") });
        // Leaving is told, too; what comes after it is not.
        await user.PatchAsync($"tasks/{plain}", new JsonObject { ["categoryId"] = null });
        await user.PatchAsync($"tasks/{plain}", new JsonObject { ["tags"] = new JsonArray() });
        await user.PatchAsync($"tasks/{plain}", new JsonObject { ["title"] = "gone" });

        var counts = new List<int>();
        foreach (var endpoint in new[] { all, tasks, others, inHome, urgent, both })
        {
            counts.Add((await WebhookStack.DeliveriesAsync(user, endpoint)).Count);
        }

        Assert.Equal([6, 6, 0, 3, 3, 2], counts);
        Assert.Equal("Urgent", (string?)(await user.GetAsync($"webhooks/{urgent}")).Json["tags"]![0]);
    }

    [Fact]
    public async Task Reminders_and_overdue_tasks_are_filtered_like_other_events()
    {
        await using var stack = await WebhookStack.CreateAsync(services);
        await stack.StartDispatcherAsync();
        var user = await stack.CreateUserAsync();
        var urgent = (await stack.AddEndpointAsync(user, "task.reminder task.overdue", "/urgent", new JsonObject { ["tags"] = new JsonArray("urgent") }))["id"];
        var other = (await stack.AddEndpointAsync(user, "task.reminder task.overdue", "/other", new JsonObject { ["tags"] = new JsonArray("other") }))["id"];
        var at = DateTimeOffset.UtcNow.AddSeconds(1).ToString("O");
        await user.CreateTaskAsync("a", new JsonObject
        {
            ["tags"] = new JsonArray("urgent"), ["dueDate"] = at, ["reminders"] = new JsonArray(new JsonObject { ["minutesBeforeDue"] = 0 }),
        });

        await WebhookStack.StateAsync(user, urgent, "delivered", 2);
        Assert.Empty(await WebhookStack.DeliveriesAsync(user, other));
    }

    [Fact]
    public async Task Headers_are_sent_and_stay_secret()
    {
        await using var stack = await WebhookStack.CreateAsync(services);
        await stack.StartDispatcherAsync();
        var user = await stack.CreateUserAsync();
        var created = await stack.AddEndpointAsync(user, more: new JsonObject
        {
            ["apiKey"] = "key-of-mine", ["headers"] = new JsonObject { ["X-Tenant"] = "tenant-7", ["Authorization"] = "Bearer t0ps3cret" },
        });
        var id = created["id"];
        Assert.Equal(["Authorization", "X-Tenant"], created["headerNames"]!.AsArray().Select(n => (string)n!));
        stack.Receiver.Answer = (context, _) =>
        {
            context.Response.Headers.SetCookie = "session=s3cret";
            context.Response.Headers["X-Answer"] = "42";
            context.Response.Headers["X-Long"] = new string('x', 5000);
            return Task.CompletedTask;
        };

        var test = (await user.ActAsync($"webhooks/{id}/test")).Json;
        await WebhookStack.StateAsync(user, id, "delivered", 1);

        var received = stack.Receiver.Received.Single();
        Assert.Equal(("tenant-7", "Bearer t0ps3cret", "key-of-mine"), (received.Headers["X-Tenant"], received.Headers["Authorization"], received.Headers["X-API-Key"]));
        var details = await user.GetAsync($"webhook-deliveries/{test["deliveryId"]}");
        foreach (var secret in new[] { "tenant-7", "t0ps3cret", "key-of-mine", "s3cret", received.Headers["webhook-signature"], received.Headers["X-Webhook-Signature"] })
        {
            Assert.DoesNotContain(secret, details.Text, StringComparison.Ordinal);
            Assert.Equal(0L, await stack.Database.ScalarAsync<long>(
                "SELECT (SELECT count(*) FROM webhook_attempts a WHERE a::text LIKE '%' || @s || '%') + (SELECT count(*) FROM webhook_endpoints w WHERE w::text LIKE '%' || @s || '%')",
                ("s", secret)));
        }

        var attempt = details.Json["attempts"]![0]!;
        Assert.Equal((1, 200), ((int)attempt["number"]!, (int)attempt["statusCode"]!));
        Assert.Equal("[redacted]", (string?)attempt["requestHeaders"]!["X-Tenant"]);
        Assert.Equal((string?)test["eventId"], (string?)attempt["requestHeaders"]!["webhook-id"]);
        Assert.Equal("42", (string?)attempt["responseHeaders"]!["X-Answer"]);
        Assert.Equal("[redacted]", (string?)attempt["responseHeaders"]!["Set-Cookie"]);
        Assert.InRange(((string?)attempt["responseHeaders"]!["X-Long"])!.Length, 1, 300);

        // Header by header.
        await user.PatchAsync($"webhooks/{id}", JsonNode.Parse("""{ "headers": { "X-Tenant": null, "X-More": "m" } }"""));
        await user.ActAsync($"webhooks/{id}/test");
        await WebhookStack.StateAsync(user, id, "delivered", 2);
        var last = stack.Receiver.Received.Last().Headers;
        Assert.Equal((false, "m", "Bearer t0ps3cret"), (last.ContainsKey("X-Tenant"), last["X-More"], last["Authorization"]));
        var cleared = (await user.PatchAsync($"webhooks/{id}", JsonNode.Parse("""{ "headers": null, "rateLimit": 5, "concurrency": 2 }"""))).Json;
        Assert.Empty(cleared["headerNames"]!.AsArray());
        cleared = (await user.PatchAsync($"webhooks/{id}", JsonNode.Parse("""{ "rateLimit": null, "concurrency": null }"""))).Json;
        Assert.Equal((null, null), ((int?)cleared["rateLimit"], (int?)cleared["concurrency"]));
    }

    /// <summary>.NET keeps these with the body, and takes them nowhere else.</summary>
    [Fact]
    public async Task Headers_that_speak_of_a_body_are_sent_too()
    {
        await using var stack = await WebhookStack.CreateAsync(services);
        await stack.StartDispatcherAsync();
        var user = await stack.CreateUserAsync();
        var id = (await stack.AddEndpointAsync(user, more: new JsonObject
        {
            ["headers"] = new JsonObject { ["Allow"] = "allow-7", ["Expires"] = "expires-7", ["Last-Modified"] = "modified-7" },
        }))["id"];

        var test = (await user.ActAsync($"webhooks/{id}/test")).Json;
        await WebhookStack.StateAsync(user, id, "delivered", 1);

        var received = stack.Receiver.Received.Single().Headers;
        Assert.Equal(("allow-7", "expires-7", "modified-7"), (received.GetValueOrDefault("Allow"), received.GetValueOrDefault("Expires"), received.GetValueOrDefault("Last-Modified")));
        Assert.DoesNotContain("-7\"", (await user.GetAsync($"webhook-deliveries/{test["deliveryId"]}")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Headers_stay_secret_in_whatever_case_they_are_written()
    {
        await using var stack = await WebhookStack.CreateAsync(services);
        await stack.StartDispatcherAsync();
        var user = await stack.CreateUserAsync();
        var id = (await stack.AddEndpointAsync(user, more: new JsonObject { ["headers"] = new JsonObject { ["referer"] = "https://example.com/s3cret" } }))["id"];

        var test = (await user.ActAsync($"webhooks/{id}/test")).Json;
        await WebhookStack.StateAsync(user, id, "delivered", 1);

        Assert.Equal("https://example.com/s3cret", stack.Receiver.Received.Single().Headers["Referer"]);
        Assert.DoesNotContain("s3cret", (await user.GetAsync($"webhook-deliveries/{test["deliveryId"]}")).Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"headers\": { \"Host\": \"x\" }", "headers")]
    [InlineData("\"headers\": { \"content-type\": \"x\" }", "headers")]
    [InlineData("\"headers\": { \"Content-Encoding\": \"x\" }", "headers")]
    [InlineData("\"headers\": { \"Webhook-Id\": \"x\" }", "headers")]
    [InlineData("\"headers\": { \"x-webhook-signature\": \"x\" }", "headers")]
    [InlineData("\"headers\": { \"Connection\": \"x\" }", "headers")]
    [InlineData("\"headers\": { \"Transfer-Encoding\": \"x\" }", "headers")]
    [InlineData("\"headers\": { \"Proxy-Authorization\": \"x\" }", "headers")]
    [InlineData("\"headers\": { \"X-API-Key\": \"x\" }", "headers")]
    [InlineData("\"headers\": { \"X-A\": \"a\\r\\nX-B: b\" }", "headers")]
    [InlineData("\"headers\": { \"X-A\": \"\" }", "headers")]
    [InlineData("\"headers\": { \"X-A\": null }", "headers")]
    [InlineData("\"headers\": { \"X A\": \"x\" }", "headers")]
    [InlineData("\"headers\": { \"\": \"x\" }", "headers")]
    [InlineData("\"headers\": { \"X-A\": \"1\", \"x-a\": \"2\" }", "headers")]
    [InlineData("\"rateLimit\": 0", "rateLimit")]
    [InlineData("\"rateLimit\": 1001", "rateLimit")]
    [InlineData("\"concurrency\": 0", "concurrency")]
    [InlineData("\"concurrency\": 101", "concurrency")]
    [InlineData("\"categoryIds\": [\"01a204fd-08dc-7665-898a-348bda3bef04\"]", "categoryIds[0]")]
    [InlineData("\"tags\": [\" \"]", "tags[0]")]
    public async Task A_setting_that_cannot_be_is_a_400_that_names_the_field(string setting, string field)
    {
        var user = await SharedApi.On(services).CreateUserAsync();
        var body = $$"""{ "url": "http://127.0.0.1:9/", "events": ["*"], {{setting}} }""";
        Assert.NotEmpty((await user.SendRawAsync(HttpMethod.Post, "webhooks", body, BadRequest)).ErrorOf(field));
        var id = (await user.PostAsync("webhooks", new JsonObject { ["url"] = "http://127.0.0.1:9/", ["events"] = new JsonArray("*") })).Json["id"];
        if (!setting.EndsWith("null }", StringComparison.Ordinal))
        {
            Assert.NotEmpty((await user.SendRawAsync(HttpMethod.Patch, $"webhooks/{id}", $$"""{ {{setting}} }""", BadRequest)).ErrorOf(field));
        }
    }

    [Fact]
    public async Task Somebody_elses_category_is_no_category()
    {
        var api = SharedApi.On(services);
        var (user, stranger) = (await api.CreateUserAsync(), await api.CreateUserAsync());
        var category = (string)(await stranger.PostAsync("categories", new JsonObject { ["name"] = "Theirs" })).Json["id"]!;
        var body = new JsonObject { ["url"] = "http://127.0.0.1:9/", ["events"] = new JsonArray("*"), ["categoryIds"] = new JsonArray(category) };
        Assert.NotEmpty((await user.PostAsync("webhooks", body, BadRequest)).ErrorOf("categoryIds[0]"));
    }

    [Fact]
    public async Task There_are_a_hundred_endpoints_at_most_however_many_ask_at_once()
    {
        var api = SharedApi.On(services);
        var user = await api.CreateUserAsync();
        var other = user.On(await api.GetBAsync());
        var statuses = new System.Collections.Concurrent.ConcurrentBag<int>();
        await Parallel.ForEachAsync(Enumerable.Range(0, 120), new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = Token }, async (i, token) =>
        {
            using var content = new StringContent("""{ "url": "http://127.0.0.1:9/", "events": ["*"] }""", System.Text.Encoding.UTF8, "application/json");
            using var response = await (i % 2 == 0 ? user : other).Http.PostAsync(new Uri("/api/v1/webhooks", UriKind.Relative), content, token);
            statuses.Add((int)response.StatusCode);
        });
        Assert.Equal((100, 20), (statuses.Count(s => s == 201), statuses.Count(s => s == 409)));
        Assert.Equal(100, (await user.GetAsync("webhooks")).Json["items"]!.AsArray().Count);
    }

    [Fact]
    public async Task An_entity_tag_guards_an_endpoint_and_saves_a_read()
    {
        var user = await SharedApi.On(services).CreateUserAsync();
        var created = await user.PostAsync("webhooks", new JsonObject { ["url"] = "http://127.0.0.1:9/", ["events"] = new JsonArray("*") });
        var id = created.Json["id"];
        await user.SendAsync(HttpMethod.Get, $"webhooks/{id}", null, NotModified, null, ("If-None-Match", created.ETag));
        Assert.Equal(created.ETag, (await user.PatchAsync($"webhooks/{id}", new JsonObject { ["events"] = new JsonArray("*") })).ETag);

        var changed = await user.SendAsync(HttpMethod.Patch, $"webhooks/{id}", new JsonObject { ["description"] = "d" }, OK, null, ("If-Match", created.ETag));
        Assert.NotEqual(created.ETag, changed.ETag);
        await user.SendAsync(HttpMethod.Patch, $"webhooks/{id}", new JsonObject { ["description"] = "e" }, PreconditionFailed, null, ("If-Match", created.ETag));
        await user.SendAsync(HttpMethod.Post, $"webhooks/{id}/pause", null, PreconditionFailed, null, ("If-Match", created.ETag));
        await user.SendAsync(HttpMethod.Delete, $"webhooks/{id}", null, PreconditionFailed, null, ("If-Match", created.ETag));
        await user.SendAsync(HttpMethod.Delete, $"webhooks/{id}", null, NoContent, null, ("If-Match", changed.ETag));
    }
}
