using System.Globalization;
using System.Text.RegularExpressions;
using TaskAspire.Tests.Fixtures;

namespace TaskAspire.Tests.Dispatcher;

public partial class QueueSampleTests(BackingServices backing)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_waits_behind_the_backlog_of_a_dead_endpoint_is_seen()
    {
        await using var database = await DispatcherDatabase.CreateAsync(backing, Token);
        await using var receiver = await WebhookReceiver.StartAsync();
        receiver.Answer = (context, _) => Task.Delay(Timeout.Infinite, context.RequestAborted);
        var (dead, slow) = (await database.AddUserAsync(), await database.AddUserAsync());
        await database.AddEndpointAsync(dead, receiver.Url("/dead"));
        await database.AddEndpointAsync(slow, receiver.Url("/slow"));
        await database.ExecuteAsync("UPDATE webhook_endpoints SET concurrency = 1 WHERE user_id = @slow", ("slow", slow));
        await database.ExecuteAsync("UPDATE webhook_endpoints SET consecutive_failures = 10, latched_until = now() + interval '1 hour' WHERE user_id = @dead", ("dead", dead));
        await database.AddEventsAsync(dead, 2000);
        await database.AddEventsAsync(slow, 10);
        await database.ExecuteAsync(
            "UPDATE webhook_deliveries SET next_attempt_at = now() - CASE WHEN user_id = @dead THEN interval '2 hours' ELSE interval '1 hour' END", ("dead", dead));

        await using var dispatcher = await DispatcherHost.StartAsync(database.ConnectionString, null, ("Webhooks:QueueSampleInterval", "00:00:00.100"));

        await Eventually.TrueAsync(async () => OldestDue().Match(await dispatcher.Client.GetStringAsync("/metrics", Token)) is { Success: true } oldest
            && double.Parse(oldest.Groups[1].ValueSpan, CultureInfo.InvariantCulture) is > 3000 and < 4000, Token);
    }

    [GeneratedRegex(@"^webhook_queue_oldest_due_seconds(?:\{[^}]*\})? ([0-9.]+)", RegexOptions.Multiline)]
    private static partial Regex OldestDue();
}
