using System.Diagnostics;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using TaskAspire.Tests.Fixtures;
using TaskAspire.Tests.Webhooks;
using TaskAspire.WebhookDispatcher.Deliveries;
using TaskAspire.WebhookDispatcher.Endpoints;
using TaskAspire.WebhookDispatcher.Sending;

namespace TaskAspire.Tests.Dispatcher;

public class EndpointLimitTests(BackingServices backing)
{
    private const string Delivered = "SELECT count(*) FROM webhook_deliveries WHERE state = 1";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_rate_limit_holds_over_several_dispatchers_and_holds_back_nobody_else()
    {
        await using var database = await DispatcherDatabase.CreateAsync(backing, Token);
        await using var receiver = await WebhookReceiver.StartAsync();
        var user = await database.AddUserAsync();
        var (limited, _) = await database.AddEndpointAsync(user, receiver.Url("/limited"));
        await database.AddEndpointAsync(user, receiver.Url("/free"));
        await database.ExecuteAsync("UPDATE webhook_endpoints SET rate_limit = 20 WHERE id = @id", ("id", limited));
        await using var one = await DispatcherHost.StartAsync(database.ConnectionString);
        await using var two = await DispatcherHost.StartAsync(database.ConnectionString);
        await database.AddEventsAsync(user, 80);
        await Eventually.TrueAsync(() => receiver.CountOf("/free") == 80, Token);
        Assert.InRange(receiver.CountOf("/limited"), 1, 79);
        await database.CountAsync(160, Delivered);

        var times = receiver.Received.Where(w => w.Path == "/limited").Select(w => w.At).Order().ToList();
        // 2 at once and 20 per second; the clock here is the receiver's, so a little is allowed for the way.
        Assert.True(times[^1] - times[0] >= TimeSpan.FromSeconds(3.4), $"80 within {times[^1] - times[0]}");
        Assert.All(times, begin => Assert.InRange(times.Count(t => t >= begin && t < begin.AddSeconds(1)), 1, 30));
        Assert.Equal(80, times.Count);
    }

    [Fact]
    public async Task An_endpoint_has_a_number_of_requests_at_a_time_of_its_own()
    {
        await using var database = await DispatcherDatabase.CreateAsync(backing, Token);
        await using var receiver = await WebhookReceiver.StartAsync();
        receiver.Answer = (context, _) => Task.Delay(5, context.RequestAborted);
        var user = await database.AddUserAsync();
        await database.AddEndpointAsync(user, receiver.Url());
        await database.ExecuteAsync("UPDATE webhook_endpoints SET concurrency = 2");
        await database.AddEventsAsync(user, 200);
        await using var dispatcher = await DispatcherHost.StartAsync(database.ConnectionString);
        await database.CountAsync(200, Delivered);
        Assert.Equal(2, receiver.MostOpen);
    }

    [Fact]
    public async Task A_claim_costs_the_same_however_much_waits_for_later_or_is_held()
    {
        await using var database = await DispatcherDatabase.CreateAsync(backing, Token);
        var user = await database.AddUserAsync();
        await database.AddEndpointAsync(user, "http://127.0.0.1:9/");
        var (paused, _) = await database.AddEndpointAsync(user, "http://127.0.0.1:9/paused");
        await database.ExecuteAsync("UPDATE webhook_endpoints SET paused_at = now() WHERE id = @id", ("id", paused));
        await database.AddEventsAsync(user, 1);
        await using var dispatcher = await DispatcherHost.StartAsync(database.ConnectionString, services => Remove<DeliveryPump>(services));
        var few = await CostAsync();

        await database.AddEventsAsync(user, 15_000);
        await database.ExecuteAsync("UPDATE webhook_deliveries SET next_attempt_at = now() + interval '1 hour' WHERE state = 0");
        await database.AddEventsAsync(user, 1);
        await database.ExecuteAsync("VACUUM ANALYZE webhook_deliveries, webhook_events, webhook_endpoints");
        var many = await CostAsync();

        Assert.DoesNotContain("Seq Scan on webhook_deliveries", many.Plan, StringComparison.Ordinal);
        Assert.True(many.Blocks <= few.Blocks + 100, $"{few.Blocks} blocks with one delivery, {many.Blocks} with 30,000 more:\n{many.Plan}");

        async Task<(long Blocks, string Plan)> CostAsync()
        {
            var claims = dispatcher.Services.GetRequiredService<DeliveryClaims>();
            await using var batch = claims.Batch(new ClaimRoom(100, 16, [], [], []), after: null, DeliveryClaims.Window, new Lease(Guid.NewGuid(), 0));
            var plan = await QueryPlan.OfLastAsync(batch, Token);
            return ((long)plan["Shared Hit Blocks"]! + (long)plan["Shared Read Blocks"]!, Describe(plan));
        }
    }

    [Fact]
    public async Task A_sweep_costs_the_same_however_many_endpoints_there_are_disabled_or_not()
    {
        await using var database = await DispatcherDatabase.CreateAsync(backing, Token);
        var user = await database.AddUserAsync();
        await database.AddEndpointAsync(user, "http://127.0.0.1:9/", "task.created");
        await database.AddEventsAsync(user, 10);
        await database.ExecuteAsync(
            """
            INSERT INTO webhook_endpoints (id, user_id, url, events, use_shared_secret, enabled, consecutive_failures, created_at, updated_at)
            SELECT gen_random_uuid(), @user, 'https://example.com/' || repeat('x', 500), '{task.deleted}', true, n % 2 = 0, 0, now(), now() FROM generate_series(1, 5000) n
            """,
            ("user", user));
        await database.ExecuteAsync("VACUUM ANALYZE webhook_deliveries, webhook_events, webhook_endpoints");

        foreach (var statement in new[] { EndpointSweep.CancelPending, EndpointSweep.CancelHeld, EndpointSweep.Hold, EndpointSweep.Release })
        {
            await using var batch = database.Sql.CreateBatch();
            batch.BatchCommands.Add(new NpgsqlBatchCommand(statement) { Parameters = { new NpgsqlParameter("limit", 1000) } });
            var plan = await QueryPlan.OfLastAsync(batch, Token);
            var blocks = (long)plan["Shared Hit Blocks"]! + (long)plan["Shared Read Blocks"]!;
            Assert.True(blocks < 50, $"{blocks} blocks:\n{Describe(plan)}");
        }
    }

    [Fact]
    public async Task A_backlog_that_the_statistics_do_not_know_yet_is_not_gone_through()
    {
        await using var database = await DispatcherDatabase.CreateAsync(backing, Token);
        var user = await database.AddUserAsync();
        await database.AddEndpointAsync(user, "http://127.0.0.1:9/");
        await database.AddEventsAsync(user, 2000);
        await database.ExecuteAsync("UPDATE webhook_deliveries SET state = 1, completed_at = now()");
        await database.ExecuteAsync("VACUUM ANALYZE webhook_deliveries, webhook_events, webhook_endpoints");
        await database.AddEventsAsync(user, 10_000);
        await using var dispatcher = await DispatcherHost.StartAsync(database.ConnectionString, services => Remove<DeliveryPump>(services));
        var claims = dispatcher.Services.GetRequiredService<DeliveryClaims>();
        var room = new ClaimRoom(100, 100, [], [], []);
        await using var claim = claims.Batch(room, after: null, DeliveryClaims.WindowFor(room), new Lease(Guid.NewGuid(), 0));
        var claiming = await QueryPlan.OfLastAsync(claim, Token);
        var claimed = (await claims.ClaimDueAsync(room, DeliveryClaims.WindowFor(room), Token)).Deliveries;
        Assert.Equal(100, claimed.Count);
        var outcome = new AttemptOutcome(DateTimeOffset.UtcNow, TimeSpan.Zero, 200);
        await using var record = database.Sql.CreateBatch();
        record.BatchCommands.Add(new NpgsqlBatchCommand(DeliveryClaims.ByIndexOnly));
        record.BatchCommands.Add(DeliveryRecords.RecordCommand([.. claimed.Select(delivery => new DeliveryResult(delivery, outcome, RetryIn: null))]));
        var recording = await QueryPlan.OfLastAsync(record, Token);

        Assert.True(RowsRead(claiming) < 1000, $"A claim of 100 read {RowsRead(claiming)} deliveries:\n{Describe(claiming)}");
        Assert.True(RowsRead(recording) < 1000, $"Recording 100 read {RowsRead(recording)} deliveries:\n{Describe(recording)}");
    }

    [Fact]
    public async Task Statements_of_the_queue_are_not_compiled_to_machine_code()
    {
        await using var database = await DispatcherDatabase.CreateAsync(backing, Token);
        await using var batch = database.Sql.CreateBatch();
        batch.BatchCommands.Add(new NpgsqlBatchCommand(DeliveryClaims.ByIndexOnly));
        batch.BatchCommands.Add(new NpgsqlBatchCommand("SELECT current_setting('jit')"));
        await using var reader = await batch.ExecuteReaderAsync(Token);
        Assert.True(await reader.NextResultAsync(Token));
        Assert.True(await reader.ReadAsync(Token));
        Assert.Equal("off", reader.GetString(0));
    }

    [Fact]
    public async Task A_latched_endpoint_gets_one_attempt_at_a_time_of_all_dispatchers_and_the_rest_after_a_success()
    {
        await using var database = await DispatcherDatabase.CreateAsync(backing, Token);
        await using var receiver = await WebhookReceiver.StartAsync();
        receiver.Answer = (context, _) =>
        {
            context.Response.StatusCode = 500;
            return Task.CompletedTask;
        };
        var user = await database.AddUserAsync();
        await database.AddEndpointAsync(user, receiver.Url());
        await database.ExecuteAsync("UPDATE webhook_endpoints SET consecutive_failures = 10, failing_since = now(), latched_until = now()");
        await database.AddEventsAsync(user, 40);
        await using var one = await DispatcherHost.StartAsync(database.ConnectionString);
        await using var two = await DispatcherHost.StartAsync(database.ConnectionString);
        await Eventually.TrueAsync(() => receiver.Received.Count >= 4, Token);

        var times = receiver.Received.Select(webhook => webhook.At).Order().ToList();
        // The least distance is a second; the clocks are the receiver's and the database's.
        Assert.All(times.Zip(times.Skip(1)), pair => Assert.True(pair.Second - pair.First > TimeSpan.FromSeconds(0.9), $"{pair.Second - pair.First} after a probe"));
        receiver.Answer = (_, _) => Task.CompletedTask;
        await database.CountAsync(40, Delivered, TimeSpan.FromSeconds(15));
    }

    [Fact]
    public async Task One_trace_goes_from_the_request_to_the_receiver()
    {
        await using var stack = await WebhookStack.CreateAsync(backing);
        var spans = new System.Collections.Concurrent.ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "TaskAspire.WebhookDispatcher",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = spans.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        await stack.StartDispatcherAsync();
        var user = await stack.CreateUserAsync();
        await stack.AddEndpointAsync(user);
        // What the client is in the middle of; its HttpClient sends that along.
        using var client = new Activity("client") { ActivityTraceFlags = ActivityTraceFlags.Recorded }.SetIdFormat(ActivityIdFormat.W3C).Start();
        var trace = client.TraceId.ToString();
        await user.CreateTaskAsync("a");
        await stack.Database.CountAsync(1, Delivered);
        var cause = await stack.Database.ScalarAsync<string>("SELECT trace_parent FROM webhook_events");
        Assert.StartsWith($"00-{trace}-", cause, StringComparison.Ordinal);
        await Eventually.TrueAsync(() => spans.Any(s => s.TraceId.ToString() == trace), Token);

        var delivery = Assert.Single(spans, s => s.TraceId.ToString() == trace);
        Assert.Equal(("webhook deliver", cause), (delivery.OperationName, delivery.ParentId));
        Assert.NotEqual(client.SpanId, delivery.ParentSpanId);
        var received = stack.Receiver.Received.Single().Headers["traceparent"];
        Assert.StartsWith($"00-{trace}-", received, StringComparison.Ordinal);
        Assert.DoesNotContain(delivery.ParentSpanId.ToString(), received, StringComparison.Ordinal);
    }

    /// <summary>Deliveries that the plan looked at, those that it left out included.</summary>
    private static double RowsRead(JsonNode plan) =>
        (plan["Node Type"]!.GetValue<string>().EndsWith("Scan", StringComparison.Ordinal) && plan["Relation Name"]?.GetValue<string>() == "webhook_deliveries"
            ? ((double)plan["Actual Rows"]! + ((double?)plan["Rows Removed by Filter"] ?? 0)) * (double)plan["Actual Loops"]!
            : 0)
        + (plan["Plans"]?.AsArray().Sum(child => RowsRead(child!)) ?? 0);

    private static void Remove<T>(IServiceCollection services)
    {
        foreach (var service in services.Where(s => s.ImplementationType == typeof(T)).ToList())
        {
            services.Remove(service);
        }
    }

    private static string Describe(JsonNode plan) =>
        $"{plan["Node Type"]} on {plan["Relation Name"]} {plan["Index Name"]} rows {plan["Actual Rows"]}\n{string.Concat(plan["Plans"]?.AsArray().Select(p => Describe(p!)) ?? [])}";
}
