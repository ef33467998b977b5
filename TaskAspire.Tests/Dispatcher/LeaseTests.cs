using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using TaskAspire.Tests.Fixtures;
using TaskAspire.WebhookDispatcher.Deliveries;
using TaskAspire.WebhookDispatcher.Sending;

namespace TaskAspire.Tests.Dispatcher;

public class LeaseTests(BackingServices backing)
{
    private const string Delivered = "SELECT count(*) FROM webhook_deliveries WHERE state = 1";

    /// <summary>Of a dispatcher with one place for quick requests: four more, while nothing answers; what else it holds waits.</summary>
    private const int MostOfOne = 5;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_a_dead_dispatcher_held_is_taken_up_when_the_lease_ends()
    {
        await using var database = await DispatcherDatabase.CreateAsync(backing, Token);
        await using var receiver = await WebhookReceiver.StartAsync();
        var user = await database.AddUserAsync();
        await database.AddEndpointAsync(user, receiver.Url());
        await database.AddEventsAsync(user, 3);
        await database.ExecuteAsync("UPDATE webhook_deliveries SET lease_id = gen_random_uuid(), lease_expires_at = now() + interval '1 second'");
        var until = DateTimeOffset.UtcNow.AddSeconds(0.9);
        await using var dispatcher = await DispatcherHost.StartAsync(database.ConnectionString);
        // Well before the sweep: the end of a lease is a time the dispatcher wakes for.
        await database.CountAsync(3, Delivered, TimeSpan.FromSeconds(10));
        Assert.All(receiver.Received, webhook => Assert.True(webhook.At > until));
    }

    [Fact]
    public async Task Killed_in_mid_delivery_nothing_is_lost_and_duplicates_keep_their_id()
    {
        // More than a dispatcher can send before it is killed, on a machine that has other things to do.
        const int Count = 1000;
        await using var database = await DispatcherDatabase.CreateAsync(backing, Token);
        await using var receiver = await WebhookReceiver.StartAsync();
        receiver.Answer = async (context, _) =>
        {
            await Task.Delay(30, context.RequestAborted);
            context.Response.StatusCode = 204;
        };
        var user = await database.AddUserAsync();
        await database.AddEndpointAsync(user, receiver.Url());
        var ids = await database.AddEventsAsync(user, Count);
        (string, string)[] quick = [("Webhooks:LeaseDuration", "00:00:02"), ("Webhooks:Timeout", "00:00:10")];
        for (var kill = 1; kill <= 3; kill++)
        {
            using var victim = DispatcherProcess.Start(database.ConnectionString, quick);
            var enough = receiver.Received.Count + 40;
            await Eventually.TrueAsync(() => receiver.Received.Count >= enough, Token, TimeSpan.FromSeconds(60));
            victim.Kill();
        }

        Assert.True(await database.ScalarAsync<long>(Delivered) < Count);
        using var survivor = DispatcherProcess.Start(database.ConnectionString, quick);
        await database.CountAsync(Count, Delivered, TimeSpan.FromSeconds(60));
        Assert.Equal(ids.Select(id => id.ToString()).Order(), receiver.Received.Select(webhook => webhook.Id).Distinct().Order());
        foreach (var same in receiver.Received.GroupBy(webhook => webhook.Id))
        {
            Assert.Single(same.Select(webhook => Convert.ToHexString(webhook.Body)).Distinct());
        }
    }

    [Fact]
    public async Task What_takes_longer_than_its_lease_is_sent_once_all_the_same()
    {
        await using var database = await DispatcherDatabase.CreateAsync(backing, Token);
        await using var receiver = await WebhookReceiver.StartAsync();
        var release = new TaskCompletionSource();
        receiver.Answer = (_, _) => release.Task;
        var user = await database.AddUserAsync();
        await database.AddEndpointsAsync(user, 8, receiver.Url());
        await database.AddEventsAsync(user, 1);
        (string, string?)[] shortLease = [("Webhooks:LeaseDuration", "00:00:01"), ("Webhooks:Timeout", "00:01:00")];
        await using var first = await DispatcherHost.StartAsync(database.ConnectionString, settings: [.. shortLease, ("Webhooks:Concurrency", "1")]);
        await Eventually.TrueAsync(() => receiver.Received.Count == MostOfOne, Token);
        await using var second = await DispatcherHost.StartAsync(database.ConnectionString, settings: shortLease);

        // Three leases after the other: what the first claimed is the first's still, being sent or waiting for its turn.
        for (var renewals = 0; renewals < 3; renewals++)
        {
            var ends = await database.ScalarAsync<DateTime>("SELECT max(lease_expires_at) FROM webhook_deliveries");
            await Eventually.TrueAsync(async () => await database.ScalarAsync<DateTime>("SELECT min(lease_expires_at) FROM webhook_deliveries") > ends, Token);
        }

        Assert.Equal(MostOfOne, receiver.Received.Count);
        release.SetResult();
        await database.CountAsync(8, Delivered);
        Assert.Equal(8, receiver.Received.Count);
    }

    [Fact]
    public async Task A_claim_of_what_is_being_sent_already_goes_on_with_it()
    {
        await using var database = await DispatcherDatabase.CreateAsync(backing, Token);
        await using var receiver = await WebhookReceiver.StartAsync();
        var release = new TaskCompletionSource();
        receiver.Answer = (_, _) => release.Task;
        var user = await database.AddUserAsync();
        await database.AddEndpointAsync(user, receiver.Url());
        await database.AddEventsAsync(user, 1);
        await using var dispatcher = await DispatcherHost.StartAsync(database.ConnectionString);
        await Eventually.TrueAsync(() => receiver.Received.Count == 1, Token);

        // As after an outage in which leases ended.
        var before = await database.ScalarAsync<Guid>("SELECT lease_id FROM webhook_deliveries");
        await database.ExecuteAsync("UPDATE webhook_deliveries SET lease_expires_at = now() - interval '1 second'; NOTIFY webhook_deliveries");
        await Eventually.TrueAsync(async () => await database.ScalarAsync<Guid>("SELECT lease_id FROM webhook_deliveries") != before, Token);
        release.SetResult();
        await database.CountAsync(1, Delivered);
        Assert.Single(receiver.Received);
    }

    [Fact]
    public async Task What_somebody_else_has_locked_is_not_asked_for_again_without_a_pause()
    {
        await using var database = await DispatcherDatabase.CreateAsync(backing, Token);
        await using var receiver = await WebhookReceiver.StartAsync();
        var user = await database.AddUserAsync();
        await database.AddEndpointAsync(user, receiver.Url());
        await database.AddEventsAsync(user, 1);
        // As by a dispatcher that stopped in the middle of a transaction, and whose leases have ended.
        await using var other = await database.Sql.OpenConnectionAsync(Token);
        await using var transaction = await other.BeginTransactionAsync(Token);
        await using (var locking = new NpgsqlCommand("SELECT FROM webhook_deliveries FOR UPDATE", other, transaction))
        {
            await locking.ExecuteNonQueryAsync(Token);
        }

        await using var dispatcher = await DispatcherHost.StartAsync(database.ConnectionString);
        for (var second = 1; second <= 2; second++)
        {
            await database.ExecuteAsync(
                """
                INSERT INTO webhook_events (id, user_id, type, payload, occurred_at) VALUES (uuid_v7(), @user, 'task.created', '{}', now() - interval '1 hour');
                UPDATE webhook_deliveries SET next_attempt_at = now() + interval '1 second' WHERE state = 0 AND due_at < now() - interval '30 minutes'
                """,
                ("user", user));
            await database.CountAsync(second, Delivered);
        }

        // Each claim is one scan of it, or two; the server counts them a second late at most.
        var scans = await database.ScalarAsync<long>("SELECT idx_scan FROM pg_stat_user_indexes WHERE indexrelname = 'ix_webhook_deliveries_due'");
        Assert.InRange(scans, 0, 100);
        await transaction.RollbackAsync(Token);
        await database.CountAsync(3, Delivered);
    }

    [Theory]
    [InlineData(200)]
    [InlineData(500)]
    public async Task An_attempt_that_is_not_recorded_counts_nowhere(int status)
    {
        await using var database = await DispatcherDatabase.CreateAsync(backing, Token);
        var user = await database.AddUserAsync();
        await database.AddEndpointAsync(user, "http://127.0.0.1:9/");
        await database.AddEventsAsync(user, 3);
        await using var dispatcher = await DispatcherHost.StartAsync(
            database.ConnectionString, services => services.Remove(services.Single(service => service.ImplementationType == typeof(DeliveryPump))));
        var claim = await dispatcher.Services.GetRequiredService<DeliveryClaims>().ClaimDueAsync(new ClaimRoom(10, 10, [], [], []), 50, Token);
        await database.ExecuteAsync("UPDATE webhook_deliveries SET lease_id = gen_random_uuid() WHERE id = @id", ("id", claim.Deliveries[1].Id));
        await database.ExecuteAsync("DELETE FROM webhook_deliveries WHERE id = @id", ("id", claim.Deliveries[2].Id));

        var outcome = new AttemptOutcome(DateTimeOffset.UtcNow, TimeSpan.Zero, status, status == 200 ? null : "http_5xx");
        var (leaseLost, _, _) = await dispatcher.Services.GetRequiredService<DeliveryRecords>().WriteAsync(
            [.. claim.Deliveries.Select(delivery => new DeliveryResult(delivery, outcome, status == 200 ? null : TimeSpan.FromHours(1)))], Token);

        Assert.Equal(2, leaseLost);
        Assert.Equal(1L, await database.ScalarAsync<long>("SELECT count(*) FROM webhook_attempts"));
        Assert.Equal(1L, await database.ScalarAsync<long>("SELECT sum(delivered + failed) FROM webhook_tallies"));
        Assert.Equal(status == 200 ? 0 : 1, await database.ScalarAsync<int>("SELECT consecutive_failures FROM webhook_endpoints"));
    }

    [Fact]
    public async Task A_graceful_stop_ends_what_is_being_sent_and_gives_back_the_rest()
    {
        await using var database = await DispatcherDatabase.CreateAsync(backing, Token);
        await using var receiver = await WebhookReceiver.StartAsync();
        var release = new TaskCompletionSource();
        receiver.Answer = (_, _) => release.Task;
        var user = await database.AddUserAsync();
        await database.AddEndpointsAsync(user, 16, receiver.Url());
        await database.AddEventsAsync(user, 1);
        await using var dispatcher = await DispatcherHost.StartAsync(database.ConnectionString, null, ("Webhooks:Concurrency", "1"), ("Webhooks:Timeout", "00:01:00"));
        await Eventually.TrueAsync(() => receiver.Received.Count == MostOfOne, Token);
        await database.CountAsync(16, "SELECT count(*) FROM webhook_deliveries WHERE lease_id IS NOT NULL");

        var stopping = dispatcher.StopAsync();
        await database.CountAsync(16 - MostOfOne, "SELECT count(*) FROM webhook_deliveries WHERE lease_id IS NULL AND state = 0 AND attempt_count = 0");
        release.SetResult();
        await stopping;
        Assert.Equal(MostOfOne, await database.ScalarAsync<long>(Delivered));
        Assert.Equal(16 - MostOfOne, await database.ScalarAsync<long>("SELECT count(*) FROM webhook_deliveries WHERE state = 0 AND lease_id IS NULL"));
        Assert.Equal(MostOfOne, receiver.Received.Count);
    }

    [Fact]
    public async Task An_outage_of_the_database_is_got_over()
    {
        await using var postgres = await backing.StartPrivatePostgresAsync(Token);
        await using var database = DispatcherDatabase.Of(postgres.ConnectionString());
        await database.MigrateAsync(Token);
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var dispatcher = await DispatcherHost.StartAsync(database.ConnectionString);
        var user = await database.AddUserAsync();
        await database.AddEndpointAsync(user, receiver.Url());
        await database.AddEventsAsync(user, 5);
        await database.CountAsync(5, Delivered);

        var held = new TaskCompletionSource();
        receiver.Answer = (_, _) => held.Task;
        await database.AddEventsAsync(user, 5);
        await Eventually.TrueAsync(() => receiver.Received.Count == 10, Token);
        await postgres.StopAsync();
        held.SetResult();
        await postgres.StartAsync(Token);
        // The test's own connections are gone with the server.
        database.Sql.Clear();
        await database.AddEventsAsync(user, 5);
        await database.CountAsync(15, Delivered, TimeSpan.FromSeconds(60));
        // The results that waited for the database were written: those five were not made again.
        Assert.Equal(15, receiver.Received.Count);
    }
}
