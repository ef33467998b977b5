using TaskAspire.Tests.Fixtures;

namespace TaskAspire.Tests.Dispatcher;

public class FairnessTests(BackingServices backing)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_dead_endpoints_backlog_holds_back_nobody()
    {
        await using var database = await DispatcherDatabase.CreateAsync(backing, Token);
        await using var receiver = await WebhookReceiver.StartAsync();
        var held = new TaskCompletionSource();
        receiver.Answer = (context, webhook) => webhook.Path == "/dead" ? held.Task.WaitAsync(context.RequestAborted) : Task.CompletedTask;
        var victim = await database.AddUserAsync();
        var healthy = await database.AddUserAsync();
        await database.AddEndpointAsync(victim, receiver.Url("/dead"));
        await database.AddEndpointAsync(healthy, receiver.Url("/healthy"));
        await database.AddEventsAsync(victim, 10_000);
        await using var dispatcher = await DispatcherHost.StartAsync(database.ConnectionString);
        await Eventually.TrueAsync(() => receiver.CountOf("/dead") >= 8, Token);

        // All of the dead one's are due before these.
        await database.AddEventsAsync(healthy, 200);
        await Eventually.TrueAsync(() => receiver.CountOf("/healthy") == 200, Token, TimeSpan.FromSeconds(8));
        Assert.Equal(8, receiver.CountOf("/dead"));
        held.SetResult();
    }

    [Fact]
    public async Task Slow_endpoints_hold_back_nobody_however_many_they_are()
    {
        await using var database = await DispatcherDatabase.CreateAsync(backing, Token);
        await using var receiver = await WebhookReceiver.StartAsync();
        var held = new TaskCompletionSource();
        receiver.Answer = (context, webhook) => webhook.Path == "/healthy" ? Task.CompletedTask : held.Task.WaitAsync(context.RequestAborted);
        var slow = await database.AddUserAsync();
        var healthy = await database.AddUserAsync();
        await database.AddEndpointsAsync(slow, 100, receiver.Url("/slow"));
        await database.AddEndpointAsync(healthy, receiver.Url("/healthy"));
        await database.AddEventsAsync(slow, 20);
        await using var dispatcher = await DispatcherHost.StartAsync(database.ConnectionString, null, ("Webhooks:Timeout", "00:02:00"));
        await Eventually.TrueAsync(() => receiver.Received.Count >= 100, Token);

        // All of the slow ones' are due before these, and none of them ends.
        await database.AddEventsAsync(healthy, 200);
        await Eventually.TrueAsync(() => receiver.CountOf("/healthy") == 200, Token);
        held.SetResult();
        await database.CountAsync(2200, "SELECT count(*) FROM webhook_deliveries WHERE state = 1");
    }

    [Fact]
    public async Task Who_has_little_waiting_does_not_wait_for_who_has_much()
    {
        await using var database = await DispatcherDatabase.CreateAsync(backing, Token);
        await using var receiver = await WebhookReceiver.StartAsync();
        receiver.Answer = (context, webhook) => webhook.Path == "/busy" ? Task.Delay(5, context.RequestAborted) : Task.CompletedTask;
        var busy = await database.AddUserAsync();
        var other = await database.AddUserAsync();
        await database.AddEndpointsAsync(busy, 20, receiver.Url("/busy"));
        await database.AddEndpointAsync(other, receiver.Url("/other"));
        // As an import makes them.
        await database.AddEventsAsync(busy, 500);
        await using var dispatcher = await DispatcherHost.StartAsync(database.ConnectionString, null, ("Webhooks:Concurrency", "4"));
        await Eventually.TrueAsync(() => receiver.CountOf("/busy") >= 100, Token);
        await database.AddEventsAsync(other, 1);
        await Eventually.TrueAsync(() => receiver.CountOf("/other") == 1, Token);
        var before = receiver.CountOf("/busy");
        Assert.True(before < 5000, $"{before} of 10,000 deliveries that were due before");
    }

    [Fact]
    public async Task An_endpoint_that_fails_many_times_in_a_row_is_left_alone_and_comes_back()
    {
        await using var database = await DispatcherDatabase.CreateAsync(backing, Token);
        await using var receiver = await WebhookReceiver.StartAsync();
        var down = true;
        receiver.Answer = (context, _) =>
        {
            context.Response.StatusCode = down ? 500 : 200;
            return Task.CompletedTask;
        };
        var user = await database.AddUserAsync();
        await database.AddEndpointAsync(user, receiver.Url());
        await database.AddEventsAsync(user, 2000);
        await using var dispatcher = await DispatcherHost.StartAsync(database.ConnectionString);
        await database.CountAsync(1, "SELECT count(*) FROM webhook_endpoints WHERE latched_until > now() AND consecutive_failures >= 10");
        await database.CountAsync(0, "SELECT count(*) FROM webhook_deliveries WHERE lease_id IS NOT NULL");
        // Far from all: the lane gave back what it held, and nothing more was claimed.
        Assert.InRange(receiver.Received.Count, 10, 100);

        down = false;
        await database.CountAsync(2000, "SELECT count(*) FROM webhook_deliveries WHERE state = 1");
        Assert.Equal(1L, await database.ScalarAsync<long>("SELECT count(*) FROM webhook_endpoints WHERE latched_until IS NULL AND consecutive_failures = 0 AND failing_since IS NULL"));
    }

    [Fact]
    public async Task No_more_than_the_limit_is_sent_to_one_endpoint_at_a_time()
    {
        await using var database = await DispatcherDatabase.CreateAsync(backing, Token);
        await using var receiver = await WebhookReceiver.StartAsync();
        receiver.Answer = (context, _) => Task.Delay(5, context.RequestAborted);
        var user = await database.AddUserAsync();
        await database.AddEndpointAsync(user, receiver.Url());
        await database.AddEventsAsync(user, 500);
        await using var dispatcher = await DispatcherHost.StartAsync(database.ConnectionString, null, ("Webhooks:PerEndpointConcurrency", "3"));
        await database.CountAsync(500, "SELECT count(*) FROM webhook_deliveries WHERE state = 1");
        Assert.Equal(3, receiver.MostOpen);
        Assert.Equal(500, receiver.Received.Count);
    }

    [Fact]
    public async Task Disabled_endpoints_get_nothing_and_their_deliveries_are_cancelled()
    {
        await using var database = await DispatcherDatabase.CreateAsync(backing, Token);
        await using var receiver = await WebhookReceiver.StartAsync();
        var user = await database.AddUserAsync();
        await database.AddEndpointAsync(user, receiver.Url());
        await database.AddEventsAsync(user, 20);
        await database.ExecuteAsync("UPDATE webhook_endpoints SET enabled = false");
        await using var dispatcher = await DispatcherHost.StartAsync(database.ConnectionString);
        await database.CountAsync(20, "SELECT count(*) FROM webhook_deliveries WHERE state = 3");
        Assert.Empty(receiver.Received);
    }

    [Fact]
    public async Task Old_deliveries_attempts_and_events_are_removed()
    {
        await using var database = await DispatcherDatabase.CreateAsync(backing, Token);
        await using var receiver = await WebhookReceiver.StartAsync();
        var user = await database.AddUserAsync();
        var (endpoint, _) = await database.AddEndpointAsync(user, receiver.Url(), "task.created");
        var (paused, _) = await database.AddEndpointAsync(user, receiver.Url(), "task.deleted");
        await database.ExecuteAsync("UPDATE webhook_endpoints SET paused_at = now() WHERE id = @paused", ("paused", paused));
        await AddOldAsync(7, null, "");
        await AddOldAsync(20, endpoint, "state = 1, completed_at = now() - interval '31 days'");
        // Old, and still wanted: delivered lately after a long time held, and held to this day.
        await AddOldAsync(9, endpoint, "state = 1, completed_at = now() - interval '2 days'");
        await AddOldAsync(2, paused, "state = 4, next_attempt_at = now() - interval '29 days'");
        await database.AddEventsAsync(user, 5);
        await using var dispatcher = await DispatcherHost.StartAsync(
            database.ConnectionString, null, ("Webhooks:RetentionInterval", "00:00:00.1"), ("Webhooks:RetentionBatchSize", "4"));
        await database.CountAsync(16, "SELECT count(*) FROM webhook_events");
        await database.CountAsync(5, "SELECT count(*) FROM webhook_deliveries WHERE state = 1 AND completed_at > now() - interval '1 day'");
        Assert.Equal(16L, await database.ScalarAsync<long>("SELECT count(*) FROM webhook_deliveries"));
        Assert.Equal(16L, await database.ScalarAsync<long>("SELECT count(*) FROM webhook_attempts"));

        // 31 days ago, each with an attempt.
        async Task AddOldAsync(int count, Guid? to, string delivery)
        {
            Guid[] Ids() => [.. Enumerable.Range(0, count).Select(_ => Guid.CreateVersion7(DateTimeOffset.UtcNow.AddDays(-31)))];
            var events = Ids();
            await database.ExecuteAsync(
                """
                INSERT INTO webhook_events (id, user_id, type, payload, occurred_at, endpoint_id)
                SELECT id, @user, 'task.created', '{}', now() - interval '31 days', gen_random_uuid() FROM unnest(@ids) id
                """,
                ("user", user), ("ids", events));
            if (to is not { } target)
            {
                return;
            }

            await database.ExecuteAsync(
                """
                INSERT INTO webhook_deliveries (id, event_id, endpoint_id, user_id, event_type, state, attempt_count, due_at, next_attempt_at, created_at)
                SELECT id, event_id, @endpoint, @user, 'task.created', 1, 1, now() - interval '31 days', now() - interval '31 days', now() - interval '31 days'
                FROM unnest(@ids, @events) AS d (id, event_id)
                """,
                ("ids", Ids()), ("events", events), ("endpoint", target), ("user", user));
            await database.ExecuteAsync(
                "INSERT INTO webhook_attempts (id, delivery_id, number, started_at, duration_ms) SELECT uuid_v7(), id, 1, created_at, 1 FROM webhook_deliveries WHERE event_id = ANY (@events)",
                ("events", events));
            await database.ExecuteAsync($"UPDATE webhook_deliveries SET {delivery} WHERE event_id = ANY (@events)", ("events", events));
        }
    }
}
