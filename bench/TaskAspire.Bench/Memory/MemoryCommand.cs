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
        return Laboratory.Claim(last <= first * Limit, string.Create(CultureInfo.InvariantCulture, $"memory is {last / first:0.00} × of what it was (wanted: at most {Limit} ×)")) ? 0 : 1;
    }

    private static double Median(IEnumerable<(long Delivered, long Bytes)> samples)
    {
        var sorted = samples.Select(sample => sample.Bytes / 1048576.0).Order().ToList();
        return sorted[sorted.Count / 2];
    }
}
