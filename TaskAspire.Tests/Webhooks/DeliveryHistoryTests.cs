using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using TaskAspire.Data.Webhooks;
using TaskAspire.Tests.Fixtures;
using static System.Net.HttpStatusCode;

namespace TaskAspire.Tests.Webhooks;

public sealed class DeliveryHistoryTests(BackingServices services)
{
    [Fact]
    public async Task Deliveries_are_filtered_by_state_type_task_and_time()
    {
        await using var stack = await WebhookStack.CreateAsync(services);
        var user = await stack.CreateUserAsync();
        var id = (await stack.AddEndpointAsync(user))["id"];
        var a = (await user.CreateTaskAsync("a"))["id"];
        var b = (await user.CreateTaskAsync("b"))["id"];
        await user.PatchAsync($"tasks/{a}", new JsonObject { ["title"] = "aa" });
        await user.DeleteAsync($"tasks/{b}");
        await stack.Database.ExecuteAsync("UPDATE webhook_deliveries SET state = 2, completed_at = now() WHERE event_type = 'task.deleted'");
        var made = (DateTimeOffset)(await WebhookStack.DeliveriesAsync(user, id, "eventType=task.updated"))[0]!["createdAt"]!;
        var time = Uri.EscapeDataString(made.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'"));

        // As it is typed: the + of the offset arrives as a blank.
        var offset = made.ToOffset(TimeSpan.FromHours(1)).ToString("yyyy-MM-dd'T'HH:mm:ss.fffzzz");

        foreach (var (query, count) in new[]
        {
            ($"from={offset}", 2), ("", 4), ("state=dead", 1), ("state=pending", 3), ("state=dead,pending", 4), ("state=dead&state=delivered", 1), ("state=held", 0), ("state=cancelled", 0),
            ("eventType=task.created", 2), ("eventType=task.created,task.updated", 3), ($"taskId={a}", 2), ($"taskId={a}&eventType=task.updated", 1),
            ($"taskId={Guid.NewGuid()}", 0), ($"from={time}", 2), ($"to={time}", 2), ($"from={time}&to={time}", 0), ("from=2020-01-01T00:00:00Z&to=2021-01-01T00:00:00Z", 0),
        })
        {
            Assert.True(count == (await WebhookStack.DeliveriesAsync(user, id, query)).Count, query);
        }

        foreach (var (query, parameter) in new[]
        {
            ("state=dead,lost", "state"), ("eventType=task.*", "eventType"), ("taskId=1", "taskId"), ("from=today", "from"), ("to=9", "to"), ("states=dead", "states"),
        })
        {
            Assert.NotEmpty((await user.GetAsync($"webhooks/{id}/deliveries?{query}", BadRequest)).ErrorOf(parameter));
        }
    }

    [Fact]
    public async Task Statistics_say_how_an_endpoint_does()
    {
        await using var stack = await WebhookStack.CreateAsync(services);
        var down = false;
        stack.Receiver.Answer = async (context, _) =>
        {
            await Task.Delay(60, context.RequestAborted);
            context.Response.StatusCode = down ? StatusCodes.Status500InternalServerError : StatusCodes.Status200OK;
        };
        await stack.StartDispatcherAsync(("Webhooks:RetrySchedule:0", "01:00:00"));
        var user = await stack.CreateUserAsync();
        var id = (await stack.AddEndpointAsync(user, "task.created"))["id"];
        var empty = (await user.GetAsync($"webhooks/{id}/stats")).Json;
        Assert.Equal(("24h", null, null), ((string?)empty["window"], (double?)empty["attempts"]!["successRate"], (double?)empty["latency"]!["p50Ms"]));
        for (var i = 0; i < 3; i++)
        {
            await user.CreateTaskAsync($"t{i}");
        }

        await WebhookStack.StateAsync(user, id, "delivered", 3);
        down = true;
        await user.CreateTaskAsync("failing");
        await Eventually.TrueAsync(async () => (int)(await StatsAsync("1h"))["attempts"]!["total"]! == 4, TestContext.Current.CancellationToken);
        // An attempt of days ago is in the sums of a week.
        await stack.Database.ExecuteAsync(
            "INSERT INTO webhook_tallies (endpoint_id, starts_at, delivered, failed, dead, latencies) SELECT endpoint_id, starts_at - interval '3 days', 0, 5, 1, latencies FROM webhook_tallies LIMIT 1");

        var stats = await StatsAsync("24h");
        Assert.Equal((3, 1, 0.75), ((int)stats["attempts"]!["succeeded"]!, (int)stats["attempts"]!["failed"]!, (double)stats["attempts"]!["successRate"]!));
        Assert.Equal((3, 0, 1, 0), (
            (int)stats["deliveries"]!["delivered"]!, (int)stats["deliveries"]!["dead"]!, (int)stats["deliveries"]!["pending"]!, (int)stats["deliveries"]!["cancelled"]!));
        Assert.InRange((double)stats["latency"]!["p50Ms"]!, 50, 2000);
        Assert.True((double)stats["latency"]!["p99Ms"]! >= (double)stats["latency"]!["p50Ms"]!);
        Assert.Equal((1, 0), ((int)stats["consecutiveFailures"]!, (int)stats["queue"]!["depth"]!));
        Assert.InRange((DateTimeOffset)stats["queue"]!["nextAttemptAt"]!, DateTimeOffset.UtcNow.AddMinutes(50), DateTimeOffset.UtcNow.AddMinutes(70));
        Assert.True((DateTimeOffset)stats["lastFailureAt"]! >= (DateTimeOffset)stats["lastSuccessAt"]!);
        var week = await StatsAsync("7d");
        Assert.Equal((6, 1), ((int)week["attempts"]!["failed"]!, (int)week["deliveries"]!["dead"]!));
        Assert.NotEmpty((await user.GetAsync($"webhooks/{id}/stats?window=1y", BadRequest)).ErrorOf("window"));
        Assert.NotEmpty((await user.GetAsync($"webhooks/{id}/stats?since=1", BadRequest)).ErrorOf("since"));

        async Task<JsonObject> StatsAsync(string window) => (await user.GetAsync($"webhooks/{id}/stats?window={window}")).Json;
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 1)]
    [InlineData(60, 60)]
    [InlineData(10_000, 10_000)]
    public void A_percentile_is_right_to_nine_percent(double milliseconds, double expected)
    {
        var counts = new long[LatencyBuckets.Count];
        counts[LatencyBuckets.Of(TimeSpan.FromMilliseconds(milliseconds))] = 3;
        Assert.InRange(LatencyBuckets.Percentile(counts, 0.99)!.Value, expected * 0.9, expected * 1.1);
        Assert.Null(LatencyBuckets.Percentile(new long[LatencyBuckets.Count], 0.5));
    }
}
