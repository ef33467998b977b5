using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using TaskAspire.Tests.Fixtures;
using static System.Net.HttpStatusCode;

namespace TaskAspire.Tests.Webhooks;

public sealed class WebhookActionTests(BackingServices services)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_test_goes_to_its_endpoint_alone_whatever_it_subscribed_to()
    {
        await using var stack = await WebhookStack.CreateAsync(services);
        await stack.StartDispatcherAsync();
        var user = await stack.CreateUserAsync();
        var tested = (await stack.AddEndpointAsync(user, "task.created", "/tested"))["id"];
        await stack.AddEndpointAsync(user, "*", "/other");

        var accepted = await user.ActAsync($"webhooks/{tested}/test");

        await WebhookStack.StateAsync(user, tested, "delivered", 1);
        var received = Assert.Single(stack.Receiver.Received);
        Assert.Equal(("/tested", (string?)accepted.Json["eventId"]), (received.Path, received.Id));
        Assert.Equal("webhook.test", (string?)JsonNode.Parse(received.Body)!["event"]);
        Assert.EndsWith($"/webhook-deliveries/{accepted.Json["deliveryId"]}", accepted.Headers.Location!.ToString(), StringComparison.Ordinal);
        Assert.Equal("delivered", (string?)(await user.GetAsync($"webhook-deliveries/{accepted.Json["deliveryId"]}")).Json["state"]);
    }

    [Fact]
    public async Task What_cannot_be_sent_is_a_conflict_that_names_the_remedy()
    {
        await using var stack = await WebhookStack.CreateAsync(services);
        var user = await stack.CreateUserAsync();
        var stranger = await stack.CreateUserAsync();
        var id = (await stack.AddEndpointAsync(user))["id"];
        await user.CreateTaskAsync("a");
        var delivery = (await WebhookStack.DeliveriesAsync(user, id))[0]!["id"];
        var replay = new JsonObject { ["from"] = "2026-01-01T00:00:00Z" };
        foreach (var action in new[] { "test", "pause", "resume", "rotate-secret" })
        {
            await stranger.ActAsync($"webhooks/{id}/{action}", NotFound);
        }

        await stranger.ActAsync($"webhooks/{id}/replay", NotFound, replay.DeepClone());
        await stranger.ActAsync($"webhook-deliveries/{delivery}/redeliver", NotFound);
        await stranger.GetAsync($"webhooks/{id}/stats", NotFound);
        await stranger.GetAsync($"webhooks/{id}/deliveries", NotFound);

        Assert.Equal("paused", (string?)(await user.ActAsync($"webhooks/{id}/pause", OK)).Json["status"]);
        Assert.Contains("resume", (await user.ActAsync($"webhooks/{id}/test", Conflict)).ErrorOf("status"), StringComparison.Ordinal);
        await user.PatchAsync($"webhooks/{id}", new JsonObject { ["enabled"] = false });
        var disabled = (await user.GetAsync($"webhooks/{id}")).Json;
        Assert.Equal(("disabled", "owner"), ((string?)disabled["status"], (string?)disabled["disabledReason"]));
        Assert.Contains("enabled", (await user.ActAsync($"webhooks/{id}/test", Conflict)).ErrorOf("enabled"), StringComparison.Ordinal);
        await user.ActAsync($"webhooks/{id}/pause", Conflict);
        await user.ActAsync($"webhooks/{id}/replay", Conflict, replay);
        await user.ActAsync($"webhook-deliveries/{delivery}/redeliver", Conflict);
    }

    [Fact]
    public async Task A_rotated_secret_is_shown_once_and_the_one_before_it_signs_for_a_while()
    {
        await using var stack = await WebhookStack.CreateAsync(services);
        await stack.StartDispatcherAsync();
        var user = await stack.CreateUserAsync();
        var created = await stack.AddEndpointAsync(user);
        var (id, first) = (created["id"], (string)created["secret"]!);

        var rotated = (await user.ActAsync($"webhooks/{id}/rotate-secret", OK)).Json;
        var second = (string)rotated["secret"]!;
        Assert.NotEqual(first, second);
        Assert.InRange((DateTimeOffset)rotated["previousSecretExpiresAt"]!, DateTimeOffset.UtcNow.AddHours(23.9), DateTimeOffset.UtcNow.AddHours(24.1));
        Assert.DoesNotContain(second, (await user.GetAsync($"webhooks/{id}")).Text, StringComparison.Ordinal);
        Assert.Equal([second, first], await SignersAsync());

        // Again within the time: the last two are valid, the one before them is not.
        var third = (string)(await user.ActAsync($"webhooks/{id}/rotate-secret", OK, new JsonObject { ["overlapHours"] = 1 })).Json["secret"]!;
        Assert.Equal([third, second], await SignersAsync());

        var fourth = (await user.ActAsync($"webhooks/{id}/rotate-secret", OK, new JsonObject { ["overlapHours"] = 0 })).Json;
        Assert.Null(fourth["previousSecretExpiresAt"]);
        Assert.Equal([(string)fourth["secret"]!], await SignersAsync());
        foreach (var hours in new JsonNode[] { -1, 169, 1.5, "x" })
        {
            Assert.NotEmpty((await user.ActAsync($"webhooks/{id}/rotate-secret", BadRequest, new JsonObject { ["overlapHours"] = hours })).ErrorOf("overlapHours"));
        }

        async Task<string[]> SignersAsync()
        {
            var count = stack.Receiver.Received.Count;
            await user.ActAsync($"webhooks/{id}/test");
            await Eventually.TrueAsync(() => stack.Receiver.Received.Count > count, Token);
            var webhook = stack.Receiver.Received.Last();
            var signed = Encoding.UTF8.GetBytes($"{webhook.Id}.{webhook.Headers["webhook-timestamp"]}.{Encoding.UTF8.GetString(webhook.Body)}");
            var known = new[] { first, second, (string)(await LatestAsync()) }.Distinct();
            return [.. webhook.Headers["webhook-signature"].Split(' ').Select(signature => known.Single(secret =>
                signature == "v1," + Convert.ToBase64String(HMACSHA256.HashData(Convert.FromBase64String(secret["whsec_".Length..]), signed))))];
        }

        async Task<string> LatestAsync() => stack.Database.Unprotect(
            await stack.Database.ScalarAsync<string>("SELECT secret FROM webhook_endpoints WHERE id = @id", ("id", Guid.Parse((string)id!))));
    }

    [Fact]
    public async Task The_servers_secret_is_not_rotated_by_an_owner()
    {
        await using var stack = await WebhookStack.CreateAsync(services, ("Webhooks:SharedSecret", "shared"));
        var user = await stack.CreateUserAsync();
        var id = (await stack.AddEndpointAsync(user, more: new JsonObject { ["useSharedSecret"] = true }))["id"];
        Assert.NotEmpty((await user.ActAsync($"webhooks/{id}/rotate-secret", Conflict)).ErrorOf("useSharedSecret"));
    }

    [Fact]
    public async Task What_happens_while_it_is_paused_is_sent_in_order_when_it_is_resumed()
    {
        await using var stack = await WebhookStack.CreateAsync(services);
        await stack.StartDispatcherAsync();
        var user = await stack.CreateUserAsync();
        var id = (await stack.AddEndpointAsync(user, more: new JsonObject { ["concurrency"] = 1 }))["id"];
        var bystander = (await stack.AddEndpointAsync(user, path: "/bystander"))["id"];
        var paused = (await user.ActAsync($"webhooks/{id}/pause", OK)).Json;
        Assert.Equal(("paused", (string?)paused["pausedAt"]), ("paused", (string?)(await user.ActAsync($"webhooks/{id}/pause", OK)).Json["pausedAt"]));
        for (var i = 0; i < 5; i++)
        {
            await user.CreateTaskAsync($"t{i}");
        }

        await WebhookStack.StateAsync(user, bystander, "delivered", 5);
        Assert.Equal(5, (await WebhookStack.DeliveriesAsync(user, id, "state=held")).Count);
        Assert.Equal(5, (int?)(await user.GetAsync($"webhooks/{id}/stats")).Json["deliveries"]!["held"]);

        var resumed = (await user.ActAsync($"webhooks/{id}/resume", OK)).Json;
        await user.CreateTaskAsync("t5");
        await WebhookStack.StateAsync(user, id, "delivered", 6);
        Assert.Equal(("active", null), ((string?)resumed["status"], (string?)resumed["pausedAt"]));
        Assert.Equal(
            ["t0", "t1", "t2", "t3", "t4", "t5"],
            stack.Receiver.Received.Where(w => w.Path == "/hook").Select(w => (string)JsonNode.Parse(w.Body)!["data"]!["title"]!));
    }

    [Fact]
    public async Task Time_in_which_it_was_paused_does_not_count_as_failing()
    {
        await using var stack = await WebhookStack.CreateAsync(services);
        stack.Receiver.Answer = (context, _) =>
        {
            context.Response.StatusCode = 503;
            return Task.CompletedTask;
        };
        await stack.StartDispatcherAsync(("Webhooks:RetrySchedule:0", "01:00:00"));
        var user = await stack.CreateUserAsync();
        var id = (await stack.AddEndpointAsync(user))["id"];
        await user.ActAsync($"webhooks/{id}/test");
        await stack.Database.CountAsync(1, "SELECT count(*) FROM webhook_endpoints WHERE consecutive_failures = 1");
        await user.ActAsync($"webhooks/{id}/pause", OK);
        await user.CreateTaskAsync("a");

        // A week of work on the receiver later, which is not quite up yet.
        await stack.Database.ExecuteAsync("UPDATE webhook_endpoints SET failing_since = now() - interval '7 days', paused_at = now() - interval '7 days'");
        await user.ActAsync($"webhooks/{id}/resume", OK);
        await stack.Database.CountAsync(3, "SELECT count(*) FROM webhook_attempts");

        Assert.Equal("active", (string?)(await user.GetAsync($"webhooks/{id}")).Json["status"]);
        Assert.InRange((DateTimeOffset)(await user.GetAsync($"webhooks/{id}/stats")).Json["failingSince"]!, DateTimeOffset.UtcNow.AddMinutes(-5), DateTimeOffset.UtcNow.AddMinutes(5));
    }

    [Fact]
    public async Task What_waited_before_the_pause_is_held_too_and_cancelled_when_the_endpoint_is_disabled()
    {
        await using var stack = await WebhookStack.CreateAsync(services);
        var user = await stack.CreateUserAsync();
        var id = (await stack.AddEndpointAsync(user))["id"];
        await user.CreateTaskAsync("a");
        await stack.Database.ExecuteAsync("UPDATE webhook_deliveries SET next_attempt_at = now() + interval '1 hour', attempt_count = 3");
        await stack.StartDispatcherAsync();
        await user.ActAsync($"webhooks/{id}/pause", OK);
        await WebhookStack.StateAsync(user, id, "held", 1);
        Assert.Null((await WebhookStack.DeliveriesAsync(user, id))[0]!["nextAttemptAt"]);

        await user.PatchAsync($"webhooks/{id}", new JsonObject { ["enabled"] = false });
        await WebhookStack.StateAsync(user, id, "cancelled", 1);
        Assert.Empty(stack.Receiver.Received);
    }
}
