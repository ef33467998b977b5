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
    /// <summary>
    /// Until the just-in-time compiler is done with it, which takes it half of the processors meanwhile. After 8 s the API still compiled through the first rounds
    /// of either side: the processor time of the one that is not asked tells.
    /// </summary>
    private const int WarmUpSeconds = 20;

    /// <summary>Whose processor time is told, for each request.</summary>
    private static readonly string[] Told = ["API", "floor", "PostgreSQL", "Redis"];

    public async Task<Row> RunAsync(Site site, Settings settings, CancellationToken cancellationToken)
    {
        var warmUp = settings.Quick ? settings.Seconds : WarmUpSeconds;
        await WrkAsync(site.Floor, FloorRequests, warmUp);
        await WrkAsync(site.Product, ProductRequests, warmUp);
        var names = new Dictionary<int, string> { [site.Product.ProcessId] = "API", [site.Floor.ProcessId] = "floor" };
        var floor = new Side(names);
        var product = new Side(names);
        var allocated = 0.0;
        for (var round = 0; round < settings.Rounds; round++)
        {
            // Who goes first changes, so that neither always has the warmer caches.
            if (round % 2 == 0)
            {
                await FloorAsync();
            }

            var before = await Counters.ReadAsync(site.Api, Counters.Allocated, cancellationToken);
            await product.AddAsync(() => WrkAsync(site.Product, ProductRequests, settings.Seconds));
            allocated += await Counters.ReadAsync(site.Api, Counters.Allocated, cancellationToken) - before;
            if (round % 2 == 1)
            {
                await FloorAsync();
            }

            await (AfterRound?.Invoke(cancellationToken) ?? Task.CompletedTask);
        }

        var ratio = product.Median / floor.Median;
        var ratios = product.PerSecond.Zip(floor.PerSecond, (p, f) => p / f).Order().ToList();
        return new Row(
            Name, $"≥ {Bound} ×", $"{Row.Number(ratio)} × ({Row.Number(ratios[0])}–{Row.Number(ratios[^1])})", ratio >= Bound,
            $"{product.Describe()} beside {floor.Describe()}; {Row.Number(allocated / product.Requests, "#,0")} bytes allocated per request");

        Task FloorAsync() => floor.AddAsync(() => WrkAsync(site.Floor, FloorRequests, settings.Seconds));

        async Task<WrkResult> WrkAsync(Service service, string file, double seconds)
        {
            var result = await Wrk.RunAsync(service.Url, file, seconds, settings.Connections, cancellationToken);
            return result.Failed == 0 ? result : throw new YardstickException($"{Name}: {result.Failed} of {result.Requests} requests to {service.Url} failed.");
        }
    }

    /// <summary>What one of the two did in all its rounds.</summary>
    /// <param name="names">What processes are called.</param>
    private sealed class Side(IReadOnlyDictionary<int, string> names)
    {
        private readonly Dictionary<string, double> _used = [];

        public List<double> PerSecond { get; } = [];

        public long Requests { get; private set; }

        public double Median => Rounds.Median(PerSecond);

        public async Task AddAsync(Func<Task<WrkResult>> round)
        {
            var began = ProcessorTime.Read(names);
            var result = await round();
            foreach (var (what, time) in ProcessorTime.Between(began, ProcessorTime.Read(names)))
            {
                _used[what] = _used.GetValueOrDefault(what) + time;
            }

            PerSecond.Add(result.PerSecond);
            Requests += result.Requests;
        }

        public string Describe()
        {
            var used = Told.Select(what => (What: what, Time: _used.GetValueOrDefault(what) * 1e6 / Requests)).Where(u => u.Time >= 1);
            return $"{Row.Number(Median, "#,0")}/s ({string.Join(", ", used.Select(u => $"{u.What} {Row.Number(u.Time, "0")} µs"))})";
        }
    }
}
