using TaskAspire.Bench.Yardstick.Services;

namespace TaskAspire.Bench.Yardstick.Rows;

/// <summary>Floor and product answer the same requests in turn; the ratio of the medians counts, whatever the machine is.</summary>
/// <param name="Name">What is asked.</param>
/// <param name="Bound">The least ratio of product to floor.</param>
/// <param name="FloorRequests">A file of requests.</param>
/// <param name="ProductRequests">The same for the product.</param>
/// <param name="AfterRound">Tidies up; null for what changes nothing.</param>
internal sealed record Contest(string Name, double Bound, string FloorRequests, string ProductRequests, Func<CancellationToken, Task>? AfterRound = null)
{
    /// <summary>Until the just-in-time compiler is done with it, which takes it half of the processors meanwhile.</summary>
    private const int WarmUpSeconds = 8;

    /// <summary>Whose processor time is told, for each request.</summary>
    private static readonly string[] Told = ["API", "PostgreSQL", "Redis"];

    public async Task<Row> RunAsync(Site site, Settings settings, CancellationToken cancellationToken)
    {
        var warmUp = settings.Quick ? settings.Seconds : WarmUpSeconds;
        await WrkAsync(site.Floor, FloorRequests, warmUp);
        await WrkAsync(site.Product, ProductRequests, warmUp);
        List<double> floor = [], product = [];
        var allocated = 0.0;
        var requests = 0L;
        var names = new Dictionary<int, string> { [site.Product.ProcessId] = "API" };
        Dictionary<string, double> used = [];
        for (var round = 0; round < settings.Rounds; round++)
        {
            // Who goes first changes, so that neither always has the warmer caches.
            if (round % 2 == 0)
            {
                floor.Add(await FloorAsync());
            }

            var before = await Counters.ReadAsync(site.Api, Counters.Allocated, cancellationToken);
            var began = ProcessorTime.Read(names);
            var result = await WrkAsync(site.Product, ProductRequests, settings.Seconds);
            foreach (var (what, time) in ProcessorTime.Between(began, ProcessorTime.Read(names)))
            {
                used[what] = used.GetValueOrDefault(what) + time;
            }

            allocated += await Counters.ReadAsync(site.Api, Counters.Allocated, cancellationToken) - before;
            requests += result.Requests;
            product.Add(result.PerSecond);
            if (round % 2 == 1)
            {
                floor.Add(await FloorAsync());
            }

            await (AfterRound?.Invoke(cancellationToken) ?? Task.CompletedTask);
        }

        var ratio = Rounds.Median(product) / Rounds.Median(floor);
        var ratios = product.Zip(floor, (p, f) => p / f).Order().ToList();
        return new Row(
            Name, $"≥ {Bound} ×", $"{Row.Number(ratio)} × ({Row.Number(ratios[0])}–{Row.Number(ratios[^1])})", ratio >= Bound,
            $"{Row.Number(Rounds.Median(product), "#,0")}/s beside {Row.Number(Rounds.Median(floor), "#,0")}/s; {Row.Number(allocated / requests, "#,0")} bytes allocated per request; "
            + string.Join(", ", Told.Select(what => $"{what} {Row.Number(used.GetValueOrDefault(what) * 1e6 / requests, "0")} µs")));

        async Task<double> FloorAsync() => (await WrkAsync(site.Floor, FloorRequests, settings.Seconds)).PerSecond;

        async Task<WrkResult> WrkAsync(Service service, string file, double seconds)
        {
            var result = await Wrk.RunAsync(service.Url, file, seconds, settings.Connections, cancellationToken);
            return result.Failed == 0 ? result : throw new YardstickException($"{Name}: {result.Failed} of {result.Requests} requests to {service.Url} failed.");
        }
    }
}
