using System.CommandLine;
using System.Globalization;
using TaskAspire.WebhookDispatcher.Configuration;

namespace TaskAspire.Bench.Throughput;

/// <summary><c>throughput</c>: deliveries per second, ours beside a bare loop and two job queues on PostgreSQL.</summary>
internal static class ThroughputCommand
{
    private const double OfBareLoop = 0.25;
    private const double OfPgBoss = 5;

    public static Command Create()
    {
        var deliveries = new Option<int>("--deliveries") { Description = "Deliveries by each contestant.", DefaultValueFactory = _ => 20_000 };
        var concurrency = new Option<int>("--concurrency") { Description = "Requests open at a time.", DefaultValueFactory = _ => 64 };
        var only = new Option<string[]>("--only") { Description = "Contestants: bare, taskaspire, graphile-worker, pg-boss, pg-boss-batch, pg-boss-batch-x4.", AllowMultipleArgumentsPerToken = true };
        var command = new Command("throughput", "Compares deliveries per second with a bare HTTP loop, graphile-worker and pg-boss.") { deliveries, concurrency, only };
        command.SetAction((result, token) => RunAsync(result.GetValue(deliveries), result.GetValue(concurrency), result.GetValue(only) ?? [], token));
        return command;
    }

    private static async Task<int> RunAsync(int deliveries, int concurrency, string[] only, CancellationToken cancellationToken)
    {
        await using var receiver = await BenchReceiver.StartAsync(cancellationToken);
        var work = new Workload(receiver, deliveries, concurrency);
        (string Name, Func<Workload, CancellationToken, Task<TimeSpan>> Run)[] contestants =
        [
            ("bare", BareLoop.RunAsync),
            ("taskaspire", OurPath.RunAsync),
            ("graphile-worker", (w, token) => NodeQueue.RunAsync("graphile-worker", w, 1, 1, Workload.WarmUp, token)),
            // A worker with a job for each request that may be open: its handler answers for all jobs that it was given, so a POST that fails
            // would take others with it, which is what a delivery must not do. It waits most of the time, so one round warms it up.
            ("pg-boss", (w, token) => NodeQueue.RunAsync("pg-boss", w, w.Concurrency, 1, w.Concurrency, token)),
            // What it does where that does not matter: as many jobs in hand as a dispatcher holds; and then twice as many, in the hands of four.
            ("pg-boss-batch", (w, token) => NodeQueue.RunAsync("pg-boss", w, 1, w.Concurrency + new DispatcherOptions().BatchSize, Workload.WarmUp, token)),
            ("pg-boss-batch-x4", (w, token) => NodeQueue.RunAsync("pg-boss", w, 4, 250, Workload.WarmUp, token)),
        ];
        var rates = new Dictionary<string, double>();
        foreach (var (name, run) in contestants.Where(contestant => only.Length == 0 || only.Contains(contestant.Name)))
        {
            var took = await run(work, cancellationToken);
            rates[name] = deliveries / took.TotalSeconds;
            Laboratory.Say($"{name,-16} {Laboratory.Number(rates[name]),8} deliveries/s   ({Laboratory.Number(deliveries)} in {took.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture)} s)");
        }

        return Compare(rates, "bare", OfBareLoop) & Compare(rates, "graphile-worker", 1) & Compare(rates, "pg-boss", OfPgBoss) & Compare(rates, "pg-boss-batch", 1) ? 0 : 1;
    }

    private static bool Compare(Dictionary<string, double> rates, string with, double target)
    {
        if (!rates.TryGetValue("taskaspire", out var ours) || !rates.TryGetValue(with, out var theirs))
        {
            return true;
        }

        return Laboratory.Claim(ours / theirs >= target, string.Create(CultureInfo.InvariantCulture, $"taskaspire makes {ours / theirs:0.00} × the deliveries of {with} (wanted: {target} ×)"));
    }
}
