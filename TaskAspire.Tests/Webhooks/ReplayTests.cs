using System.Text.Json.Nodes;
using TaskAspire.Tests.Api;
using TaskAspire.Tests.Fixtures;
using static System.Net.HttpStatusCode;

namespace TaskAspire.Tests.Webhooks;

public sealed class ReplayTests(BackingServices services)
{
    private const string Begin = "2026-01-01T00:00:00Z";

    [Fact]
    public async Task A_finished_delivery_is_made_again_with_the_same_webhook_id()
    {
        await using var stack = await WebhookStack.CreateAsync(services);
        await stack.StartDispatcherAsync();
        var user = await stack.CreateUserAsync();
        var id = (await stack.AddEndpointAsync(user))["id"];
        await user.CreateTaskAsync("a");
        await WebhookStack.StateAsync(user, id, "delivered", 1);
        var first = (await WebhookStack.DeliveriesAsync(user, id))[0]!;

        var again = (await user.ActAsync($"webhook-deliveries/{first["id"]}/redeliver")).Json;

        await WebhookStack.StateAsync(user, id, "delivered", 2);
        Assert.NotEqual((string?)first["id"], (string?)again["deliveryId"]);
        Assert.Single(stack.Receiver.Received.Select(w => (w.Id, Convert.ToHexString(w.Body))).Distinct());
        Assert.Equal(2, stack.Receiver.Received.Count);
    }

    [Fact]
    public async Task What_was_accepted_says_where_to_look_for_what_becomes_of_it()
    {
        await using var stack = await WebhookStack.CreateAsync(services);
        var user = await stack.CreateUserAsync();
        var id = (await stack.AddEndpointAsync(user))["id"];

        var replay = await user.PostAsync($"webhooks/{id}/replay", new JsonObject { ["from"] = Begin }, Accepted);

        Assert.Equal($"/api/v1/webhooks/{id}/deliveries", replay.Headers.Location?.OriginalString);
    }

    [Fact]
    public async Task One_that_waits_for_its_next_attempt_has_it_now()
    {
        await using var stack = await WebhookStack.CreateAsync(services);
        var user = await stack.CreateUserAsync();
        var id = (await stack.AddEndpointAsync(user))["id"];
        await user.CreateTaskAsync("a");
        await stack.Database.ExecuteAsync("UPDATE webhook_deliveries SET next_attempt_at = now() + interval '5 hours', attempt_count = 7");
        await stack.Database.ExecuteAsync("UPDATE webhook_endpoints SET latched_until = now() + interval '5 minutes', consecutive_failures = 20, failing_since = now()");
        await stack.StartDispatcherAsync();
        var waiting = (await WebhookStack.DeliveriesAsync(user, id))[0]!["id"];

        Assert.Equal((string?)waiting, (string?)(await user.ActAsync($"webhook-deliveries/{waiting}/redeliver")).Json["deliveryId"]);

        await WebhookStack.StateAsync(user, id, "delivered", 1);
        Assert.Equal(8, (int?)(await user.GetAsync($"webhook-deliveries/{waiting}")).Json["attemptCount"]);
        Assert.Single(stack.Receiver.Received);
    }

    [Fact]
    public async Task One_that_is_being_sent_is_left_alone()
    {
        await using var stack = await WebhookStack.CreateAsync(services);
        var user = await stack.CreateUserAsync();
        var id = (await stack.AddEndpointAsync(user))["id"];
        await user.CreateTaskAsync("a");
        await stack.Database.ExecuteAsync("UPDATE webhook_deliveries SET lease_id = gen_random_uuid(), lease_expires_at = now() + interval '1 minute'");
        var sending = (await WebhookStack.DeliveriesAsync(user, id))[0]!["id"];
        Assert.NotEmpty((await user.ActAsync($"webhook-deliveries/{sending}/redeliver", Conflict)).ErrorOf("state"));
    }

    [Fact]
    public async Task Asked_for_at_once_many_times_an_event_is_sent_once()
    {
        await using var stack = await WebhookStack.CreateAsync(services);
        var user = await stack.CreateUserAsync();
        var id = (await stack.AddEndpointAsync(user))["id"];
        await user.CreateTaskAsync("a");
        await stack.Database.ExecuteAsync("UPDATE webhook_deliveries SET state = 2, completed_at = now()");
        var dead = (await WebhookStack.DeliveriesAsync(user, id))[0]!["id"];

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(async i =>
        {
            using var response = i % 2 == 0
                ? await user.Http.PostAsync(new Uri($"/api/v1/webhook-deliveries/{dead}/redeliver", UriKind.Relative), null, TestContext.Current.CancellationToken)
                : await user.Http.PostAsync(
                    new Uri($"/api/v1/webhooks/{id}/replay", UriKind.Relative),
                    new StringContent(Range().ToJsonString(), System.Text.Encoding.UTF8, "application/json"),
                    TestContext.Current.CancellationToken);
            return (int)response.StatusCode;
        }));

        Assert.All(answers, status => Assert.True(status is 202 or 409, $"{status}"));
        Assert.Equal(1L, await stack.Database.ScalarAsync<long>("SELECT count(*) FROM webhook_deliveries WHERE state = 0"));
    }

    [Fact]
    public async Task A_replay_takes_what_its_time_range_status_and_types_say()
    {
        await using var stack = await WebhookStack.CreateAsync(services);
        var user = await stack.CreateUserAsync();
        var id = (await stack.AddEndpointAsync(user, "task.created task.deleted"))["id"];
        var task = await user.CreateTaskAsync("a");
        await user.DeleteAsync($"tasks/{task["id"]}");
        await user.CreateTaskAsync("b");
        await user.CreateTaskAsync("c");
        await SetAsync("dead", 2, "0");
        await SetAsync("cancelled", 3, "1");
        await SetAsync("delivered", 1, "2");
        // Events of before: never meant for it.
        var late = (await stack.AddEndpointAsync(user, "task.*", "/late"))["id"];

        Assert.Equal(1, await CountAsync(id, ["dead"]));
        Assert.Equal(2, await CountAsync(id));
        Assert.Equal(3, await CountAsync(id, ["dead", "cancelled", "delivered"]));
        Assert.Equal(1, await CountAsync(id, ["dead", "cancelled"], "task.deleted"));
        Assert.Equal(2, await CountAsync(id, ["dead", "cancelled"], "task.*"));
        Assert.Equal(0, await CountAsync(id, ["missing"]));
        Assert.Equal(4, await CountAsync(late, ["missing"]));
        Assert.Equal(0, await CountAsync(late));

        var done = (await user.ActAsync($"webhooks/{id}/replay", body: Range())).Json;
        Assert.Equal((2, null), ((int)done["events"]!, (string?)done["nextCursor"]));
        Assert.Equal(3, (await WebhookStack.DeliveriesAsync(user, id, "state=pending")).Count);
        // Those are on their way now.
        Assert.Equal(0, (int?)(await user.ActAsync($"webhooks/{id}/replay", body: Range())).Json["events"]);
        Assert.Equal(4, (int?)(await user.ActAsync($"webhooks/{late}/replay", body: Range(["missing"]))).Json["events"]);
        await stack.StartDispatcherAsync();
        await WebhookStack.StateAsync(user, late, "delivered", 4);

        Task SetAsync(string _, int state, string offset) => stack.Database.ExecuteAsync(
            $"UPDATE webhook_deliveries SET state = {state}, completed_at = now() WHERE id = (SELECT id FROM webhook_deliveries ORDER BY id OFFSET {offset} LIMIT 1)");

        async Task<int> CountAsync(JsonNode? endpoint, string[]? status = null, string? type = null)
        {
            var body = Range(status);
            body["dryRun"] = true;
            if (type is not null)
            {
                body["eventTypes"] = new JsonArray(type);
            }

            return (int)(await user.ActAsync($"webhooks/{endpoint}/replay", body: body)).Json["events"]!;
        }
    }

    [Fact]
    public async Task A_large_replay_goes_on_by_cursor_until_all_is_sent_once()
    {
        await using var stack = await WebhookStack.CreateAsync(services);
        var user = await stack.CreateUserAsync();
        var id = (await stack.AddEndpointAsync(user, "task.created"))["id"];
        var owner = await stack.Database.ScalarAsync<Guid>("SELECT user_id FROM webhook_endpoints");
        await stack.Database.AddEventsAsync(owner, 10_050);
        await stack.Database.ExecuteAsync("UPDATE webhook_deliveries SET state = 2, completed_at = now()");

        var first = (await user.ActAsync($"webhooks/{id}/replay", body: Range())).Json;
        var rest = Range();
        rest["cursor"] = first["nextCursor"]!.DeepClone();
        var second = (await user.ActAsync($"webhooks/{id}/replay", body: rest)).Json;

        Assert.Equal((10_000, 50), ((int)first["events"]!, (int)second["events"]!));
        Assert.Null(second["nextCursor"]);
        Assert.Equal(10_050L, await stack.Database.ScalarAsync<long>("SELECT count(DISTINCT event_id) FROM webhook_deliveries WHERE state = 0"));
    }

    [Theory]
    [InlineData("""{ }""", "from")]
    [InlineData("""{ "from": "yesterday" }""", "from")]
    [InlineData("""{ "from": "2026-01-02T00:00:00Z", "to": "2026-01-01T00:00:00Z" }""", "to")]
    [InlineData("""{ "from": "2026-01-02T00:00:00Z", "status": [] }""", "status")]
    [InlineData("""{ "from": "2026-01-02T00:00:00Z", "status": ["lost"] }""", "status[0]")]
    [InlineData("""{ "from": "2026-01-02T00:00:00Z", "eventTypes": ["task.exploded"] }""", "eventTypes[0]")]
    [InlineData("""{ "from": "2026-01-02T00:00:00Z", "cursor": "x" }""", "cursor")]
    public async Task A_wrong_replay_is_a_400_that_names_the_field(string body, string field)
    {
        var user = await SharedApi.On(services).CreateUserAsync();
        Assert.NotEmpty((await user.SendRawAsync(HttpMethod.Post, $"webhooks/{Guid.NewGuid()}/replay", body, BadRequest)).ErrorOf(field));
    }

    private static JsonObject Range(string[]? status = null)
    {
        var body = new JsonObject { ["from"] = Begin };
        if (status is not null)
        {
            body["status"] = new JsonArray([.. status.Select(s => JsonValue.Create(s))]);
        }

        return body;
    }
}
