using System.CommandLine;
using System.Globalization;
using TaskAspire.Bench.Throughput;
using TaskAspire.Tests.Dispatcher;

namespace TaskAspire.Bench.Memory;

/// <summary><c>memory</c>: what a dispatcher has in use after its first deliveries, and after very many.</summary>
internal static class MemoryCommand
{
    private const double Limit = 1.2;
    private const int EventsAtOnce = 1000;
    private const int MostWaiting = 3000;
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    public static Command Create()
    {
        var deliveries = new Option<int>("--deliveries") { Description = "Deliveries made in all.", DefaultValueFactory = _ => 200_000 };
        var warmUp = new Option<int>("--warm-up") { Description = "Deliveries after which it is first measured.", DefaultValueFactory = _ => 20_000 };
        var command = new Command("memory", "Whether a dispatcher's memory stays flat.") { deliveries, warmUp };
        command.SetAction((result, token) => RunAsync(result.GetValue(deliveries), result.GetValue(warmUp), token));
        return command;
    }

    private static async Task<int> RunAsync(int deliveries, int warmUp, CancellationToken cancellationToken)
    {
        await using var receiver = await BenchReceiver.StartAsync(cancellationToken);
        await using var laboratory = await Laboratory.OpenAsync(cancellationToken);
        var users = await laboratory.AddEndpointsAsync(8, _ => receiver.Url);
        using var dispatcher = DispatcherProcess.Start(laboratory.ConnectionString);
        var samples = new List<(long Delivered, long Bytes)>();
        var payload = new Workload(receiver, deliveries, concurrency: 64).Payload;
        for (var written = 0; receiver.Count < deliveries;)
        {
            if (written < deliveries && written - receiver.Count < MostWaiting)
            {
                await laboratory.AddEventsAsync(users, EventsAtOnce, payload, cancellationToken);
                written += EventsAtOnce;
            }
            else
            {
                await Task.Delay(Interval, cancellationToken);
            }

            samples.Add((receiver.Count, dispatcher.WorkingSet));
        }

        // A tenth of the deliveries each: a single look depends on when garbage was last collected.
        var window = deliveries / 10;
        var first = Median(samples.Where(sample => sample.Delivered >= warmUp && sample.Delivered < warmUp + window));
        var last = Median(samples.Where(sample => sample.Delivered >= deliveries - window));
        Laboratory.Say(string.Create(CultureInfo.InvariantCulture, $"RSS from delivery {warmUp:#,0} on: {first:0} MiB; before delivery {deliveries:#,0}: {last:0} MiB; most: {samples.Max(sample => sample.Bytes) / 1048576.0:0} MiB"));
        await DescribeStorageAsync(laboratory, cancellationToken);
        return Laboratory.Claim(last <= first * Limit, string.Create(CultureInfo.InvariantCulture, $"memory is {last / first:0.00} × of what it was (wanted: at most {Limit} ×)")) ? 0 : 1;
    }

    /// <summary>What is left behind: tables keep what was delivered, the indexes of what is pending should be empty again.</summary>
    private static async Task DescribeStorageAsync(Laboratory laboratory, CancellationToken cancellationToken)
    {
        await using var command = laboratory.Database.Sql.CreateCommand("""
            SELECT c.relname, c.relkind = 'i', pg_relation_size(c.oid) / 1048576.0, coalesce(s.n_live_tup, 0), coalesce(s.n_dead_tup, 0)
            FROM pg_class c LEFT JOIN pg_stat_user_tables s ON s.relid = c.oid
            WHERE c.relname IN ('webhook_events', 'webhook_deliveries', 'webhook_attempts')
               OR c.relname IN ('ix_webhook_deliveries_due', 'ix_webhook_deliveries_endpoint_due', 'ux_webhook_deliveries_on_its_way')
            ORDER BY 2, 1
            """);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var rows = reader.GetBoolean(1) ? "" : string.Create(CultureInfo.InvariantCulture, $", {reader.GetInt64(3):#,0} rows and {reader.GetInt64(4):#,0} dead ones");
            Laboratory.Say(string.Create(CultureInfo.InvariantCulture, $"{reader.GetString(0)}: {reader.GetDecimal(2):0.0} MiB{rows}"));
        }
    }

    private static double Median(IEnumerable<(long Delivered, long Bytes)> samples)
    {
        var sorted = samples.Select(sample => sample.Bytes / 1048576.0).Order().ToList();
        return sorted[sorted.Count / 2];
    }
}
