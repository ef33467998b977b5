using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using TaskAspire.Bench.Yardstick.Rows;
using TaskAspire.Bench.Yardstick.Services;

namespace TaskAspire.Bench.Yardstick.Scale;

/// <summary><c>scale</c>: how throughput grows with instances, and what it stops at.</summary>
internal static class ScaleCommand
{
    private static readonly int[] Instances = [1, 2, 4];

    public static Command Create(Option<double> seconds, Option<int> connections, Option<string> data)
    {
        var deliveries = new Option<int>("--deliveries") { Description = "Deliveries by each number of dispatchers.", DefaultValueFactory = _ => 10_000 };
        var command = new Command("scale", "Shows throughput with 1, 2 and 4 instances of the API behind a proxy, and of the dispatcher.") { seconds, connections, data, deliveries };
        command.SetAction(async (parsed, token) =>
        {
            await using var site = await Site.OpenAsync(parsed.GetValue(data)!, token);
            Console.WriteLine("| what | instances | per second | limited by |");
            Console.WriteLine("|---|---|---|---|");
            foreach (var count in Instances)
            {
                await ApiAsync(site, count, parsed.GetValue(seconds), parsed.GetValue(connections), token);
            }

            foreach (var count in Instances)
            {
                await DispatcherAsync(site, count, parsed.GetValue(deliveries), token);
            }

            return 0;
        });
        return command;
    }

    private static async Task ApiAsync(Site site, int count, double seconds, int connections, CancellationToken cancellationToken)
    {
        List<Service> services = [];
        try
        {
            for (var i = 0; i < count; i++)
            {
                services.Add(await site.StartProductAsync(cancellationToken));
            }

            await using var proxy = new TcpProxy(services.Select(s => s.Url));
            foreach (var contest in new[] { await Contests.ListAsync(site, cancellationToken), await Contests.CachedAsync(site, cancellationToken), await Contests.GetAsync(site, cancellationToken), Contests.Create(site) })
            {
                await Wrk.RunAsync(proxy.Url, contest.ProductRequests, Math.Max(2, seconds / 2), connections, cancellationToken);
                var names = Names(services, "API");
                var before = ProcessorTime.Read(names);
                var clock = Stopwatch.StartNew();
                var running = Wrk.RunAsync(proxy.Url, contest.ProductRequests, seconds, connections, cancellationToken);
                // While wrk still runs: what it used is gone with it.
                await Task.WhenAny(running, Task.Delay(TimeSpan.FromSeconds(seconds * 0.9), cancellationToken));
                var used = ProcessorTime.Describe(before, ProcessorTime.Read(names), clock.Elapsed.TotalSeconds);
                var result = await running;
                Say(contest.Name, count, result.PerSecond, used);
                await (contest.AfterRound?.Invoke(cancellationToken) ?? Task.CompletedTask);
            }
        }
        finally
        {
            foreach (var service in services)
            {
                await service.DisposeAsync();
            }
        }
    }

    private static async Task DispatcherAsync(Site site, int count, int deliveries, CancellationToken cancellationToken)
    {
        await site.Population.ForgetDeliveriesAsync(cancellationToken);
        await using var receiver = await Receiver.StartAsync(cancellationToken);
        await site.Population.AddEndpointsAsync(receiver.Url, cancellationToken);
        List<Service> services = [];
        try
        {
            for (var i = 0; i < count; i++)
            {
                services.Add(await site.StartDispatcherAsync(cancellationToken));
            }

            // Compiled and prepared by the time it counts.
            await site.Population.AddEventsAsync(deliveries / 5, cancellationToken);
            await receiver.ReceivedAsync(deliveries / 5, cancellationToken);
            var names = Names(services, "dispatcher");
            var before = ProcessorTime.Read(names);
            var clock = Stopwatch.StartNew();
            await site.Population.AddEventsAsync(deliveries, cancellationToken);
            await receiver.ReceivedAsync((deliveries / 5) + deliveries, cancellationToken);
            Say("deliveries", count, deliveries / clock.Elapsed.TotalSeconds, ProcessorTime.Describe(before, ProcessorTime.Read(names), clock.Elapsed.TotalSeconds));
        }
        finally
        {
            foreach (var service in services)
            {
                await service.DisposeAsync();
            }

            await site.Population.ForgetDeliveriesAsync(cancellationToken);
        }
    }

    private static Dictionary<int, string> Names(List<Service> services, string name)
    {
        var names = services.ToDictionary(s => s.ProcessId, _ => name);
        names[Environment.ProcessId] = name == "API" ? "proxy" : "receiver";
        return names;
    }

    private static void Say(string what, int count, double perSecond, string limit) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {what} | {count} | {perSecond:#,0} | {limit} |"));
}
