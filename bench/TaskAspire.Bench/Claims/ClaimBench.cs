using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Npgsql;
using TaskAspire.Data;
using TaskAspire.Tests.Fixtures;
using TaskAspire.WebhookDispatcher.Configuration;
using TaskAspire.WebhookDispatcher.Deliveries;
using TaskAspire.WebhookDispatcher.Reminders;
using TaskAspire.WebhookDispatcher.Telemetry;

namespace TaskAspire.Bench.Claims;

/// <summary>What a claim costs: medians.</summary>
internal readonly record struct ClaimCost(double Blocks, double Milliseconds);

/// <summary>Claims by the dispatcher's own code, with its own connection settings, and undoes what they leave.</summary>
internal sealed class ClaimBench : IAsyncDisposable
{
    /// <summary>How much is due at each claim.</summary>
    public const int Due = 50;

    private const int WarmUp = 20;
    private const int RemindersOfTask = 100;
    private static readonly byte[] Payload = "{}"u8.ToArray();

    private readonly Laboratory _laboratory;
    private readonly NpgsqlDataSource _database;
    private readonly ServiceProvider _metrics = new ServiceCollection().AddMetrics().AddSingleton(TimeProvider.System).AddSingleton<DispatcherTelemetry>().BuildServiceProvider();
    private readonly DeliveryClaims _claims;
    private readonly DueReminders _reminders;
    private readonly Guid[] _now;
    private readonly Guid[] _later;

    private ClaimBench(Laboratory laboratory, Guid[] now, Guid[] later)
    {
        (_laboratory, _now, _later) = (laboratory, now, later);
        _database = NpgsqlDataSource.Create(TaskDatabase.WithDefaults(laboratory.ConnectionString, requireTls: false));
        _claims = new DeliveryClaims(_database, Options.Create(new DispatcherOptions()), TimeProvider.System);
        _reminders = new DueReminders(_database, _metrics.GetRequiredService<DispatcherTelemetry>());
    }

    private static ClaimRoom Room => new(Total: 200, DefaultCap: 16, [], [], []);

    public static async Task<ClaimBench> CreateAsync(Laboratory laboratory) => new(
        laboratory,
        await laboratory.AddEndpointsAsync(10, _ => "http://127.0.0.1:9/now"),
        await laboratory.AddEndpointsAsync(100, _ => "http://127.0.0.1:9/later"));

    /// <summary>As many deliveries and as many reminders, due from tomorrow on.</summary>
    public async Task AddFutureAsync(int count, CancellationToken cancellationToken)
    {
        await _laboratory.ExecuteAsync(
            """
            INSERT INTO webhook_events (id, user_id, type, payload, occurred_at)
            SELECT uuid_v7(), (@users)[1 + n % cardinality(@users)], 'task.created', '{}', now() + interval '1 day' + n * interval '50 milliseconds' FROM generate_series(1, @count) n
            """,
            cancellationToken,
            ("users", _later), ("count", count));
        await FutureReminders.AddAsync(_laboratory, _later, count, RemindersOfTask, cancellationToken);
        await _laboratory.ExecuteAsync("VACUUM ANALYZE", cancellationToken);
        // Otherwise the server goes on writing what was added while claims are timed.
        await _laboratory.ExecuteAsync("CHECKPOINT", cancellationToken);
    }

    public async Task<(ClaimCost Deliveries, ClaimCost Reminders)> MeasureAsync(int claims, CancellationToken cancellationToken) =>
        (await MeasureAsync(claims, AddDeliveriesAsync, ClaimAsync, ExplainClaimAsync, cancellationToken),
         await MeasureAsync(claims, AddRemindersAsync, FireAsync, ExplainRemindersAsync, cancellationToken));

    public async ValueTask DisposeAsync()
    {
        await _database.DisposeAsync();
        await _metrics.DisposeAsync();
    }

    private static async Task<ClaimCost> MeasureAsync(
        int claims, Func<CancellationToken, Task> prepare, Func<CancellationToken, Task> claim, Func<CancellationToken, Task<long>> explain, CancellationToken cancellationToken)
    {
        var times = new List<double>(claims);
        var blocks = new List<double>();
        for (var i = -WarmUp; i < claims; i++)
        {
            await prepare(cancellationToken);
            var clock = Stopwatch.StartNew();
            await claim(cancellationToken);
            if (i >= 0)
            {
                times.Add(clock.Elapsed.TotalMilliseconds);
            }
        }

        for (var i = 0; i < WarmUp; i++)
        {
            await prepare(cancellationToken);
            blocks.Add(await explain(cancellationToken));
        }

        return new ClaimCost(Median(blocks), Median(times));
    }

    private async Task AddDeliveriesAsync(CancellationToken cancellationToken)
    {
        await _laboratory.ExecuteAsync("UPDATE webhook_deliveries SET state = 1, completed_at = now(), lease_id = NULL, lease_expires_at = NULL WHERE state = 0 AND next_attempt_at <= now()", cancellationToken);
        await _laboratory.AddEventsAsync(_now, Due, Payload, cancellationToken);
    }

    private async Task ClaimAsync(CancellationToken cancellationToken)
    {
        var claim = await _claims.ClaimDueAsync(Room, DeliveryClaims.WindowFor(Room), cancellationToken);
        Expect(claim.Deliveries.Count);
    }

    private async Task<long> ExplainClaimAsync(CancellationToken cancellationToken)
    {
        await using var batch = _claims.Batch(Room, after: null, DeliveryClaims.WindowFor(Room), new Lease(Guid.NewGuid(), 0));
        return await BlocksAsync(batch, cancellationToken);
    }

    private async Task AddRemindersAsync(CancellationToken cancellationToken)
    {
        await _laboratory.ExecuteAsync("UPDATE task_reminders SET fire_at = NULL, fired_at = now() WHERE fire_at <= now()", cancellationToken);
        await _laboratory.Database.AddRemindersAsync(_now[0], Due, DateTimeOffset.UtcNow.AddSeconds(-1));
    }

    private async Task FireAsync(CancellationToken cancellationToken) => Expect(await _reminders.FireAsync(500, cancellationToken));

    private async Task<long> ExplainRemindersAsync(CancellationToken cancellationToken)
    {
        await using var batch = _database.CreateBatch();
        var claim = new NpgsqlBatchCommand(DueReminders.Claim);
        claim.Parameters.AddWithValue("limit", 500);
        batch.BatchCommands.Add(claim);
        return await BlocksAsync(batch, cancellationToken);
    }

    /// <summary>Of the last statement.</summary>
    private static async Task<long> BlocksAsync(NpgsqlBatch batch, CancellationToken cancellationToken)
    {
        var plan = await QueryPlan.OfLastAsync(batch, cancellationToken);
        return (long)plan["Shared Hit Blocks"]! + (long)plan["Shared Read Blocks"]!;
    }

    private static void Expect(int claimed)
    {
        if (claimed != Due)
        {
            throw new InvalidOperationException($"{claimed} were claimed where {Due} were due.");
        }
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
