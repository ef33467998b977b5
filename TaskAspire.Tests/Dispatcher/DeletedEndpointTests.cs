using TaskAspire.Tests.Fixtures;

namespace TaskAspire.Tests.Dispatcher;

public class DeletedEndpointTests(BackingServices backing)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_left_of_a_deleted_endpoint_is_removed_in_batches_unsent_and_nothing_else_is()
    {
        await using var database = await DispatcherDatabase.CreateAsync(backing, Token);
        await using var receiver = await WebhookReceiver.StartAsync();
        var user = await database.AddUserAsync();
        var (deleted, _) = await database.AddEndpointAsync(user, receiver.Url("/deleted"));
        var (kept, _) = await database.AddEndpointAsync(user, receiver.Url("/kept"));
        await database.AddEventsAsync(user, 25);
        await database.ExecuteAsync("UPDATE webhook_deliveries SET state = 4 WHERE endpoint_id = @id AND event_id IN (SELECT id FROM webhook_events LIMIT 5)", ("id", deleted));
        await database.ExecuteAsync("UPDATE webhook_endpoints SET deleted_at = now(), enabled = false WHERE id = @id", ("id", deleted));

        await using var dispatcher = await DispatcherHost.StartAsync(
            database.ConnectionString, null, ("Webhooks:RetentionBatchSize", "10"), ("Webhooks:SweepInterval", "00:00:00.05"));

        await database.CountAsync(25, "SELECT count(*) FROM webhook_deliveries WHERE endpoint_id = @id AND state = 1", null, ("id", kept));
        await database.CountAsync(0, "SELECT count(*) FROM webhook_endpoints WHERE id = @id", null, ("id", deleted));
        Assert.Equal(25, await database.ScalarAsync<long>("SELECT count(*) FROM webhook_deliveries"));
        Assert.Equal(0, receiver.CountOf("/deleted"));
    }
}
