using System.Diagnostics;
using TaskAspire.Bench.Yardstick.Services;

namespace TaskAspire.Bench.Yardstick.Rows;

/// <summary><c>/metrics</c> of both services, with an empty database and with a million deliveries.</summary>
internal static class Scrape
{
    private const double Bound = 1.2;
    private const int Deliveries = 1_000_000;

    public static async Task<Row> RunAsync(Site site, Settings settings, CancellationToken cancellationToken)
    {
        var count = settings.Quick ? Deliveries / 10 : Deliveries;
        await site.Population.ForgetDeliveriesAsync(cancellationToken);
        await using var dispatcher = await site.StartDispatcherAsync(cancellationToken);
        using var ofDispatcher = new HttpClient { BaseAddress = new Uri(dispatcher.Url) };
        HttpClient[] services = [site.Api, ofDispatcher];
        // Once before it counts: the first scrapes are compiled.
        await TimesAsync(services, settings, cancellationToken);
        var empty = await TimesAsync(services, settings, cancellationToken);
        await site.Population.AddDeliveriesAsync(count, cancellationToken);
        var full = await TimesAsync(services, settings, cancellationToken);
        await site.Population.ForgetDeliveriesAsync(cancellationToken);
        var ratios = full.Zip(empty, (f, e) => f / e).ToList();
        return new Row(
            $"/metrics with {Row.Number(count, "#,0")} deliveries beside none", $"≤ {Bound} ×", $"API {Row.Number(ratios[0])} ×, dispatcher {Row.Number(ratios[1])} ×", ratios.All(r => r <= Bound),
            $"API {Row.Number(full[0])} ms beside {Row.Number(empty[0])}; dispatcher {Row.Number(full[1])} ms beside {Row.Number(empty[1])}");
    }

    private static async Task<double[]> TimesAsync(HttpClient[] services, Settings settings, CancellationToken cancellationToken)
    {
        var medians = new double[services.Length];
        for (var i = 0; i < services.Length; i++)
        {
            List<double> times = [];
            for (var n = 0; n < (settings.Quick ? 50 : 300); n++)
            {
                var start = Stopwatch.GetTimestamp();
                await services[i].GetByteArrayAsync("/metrics", cancellationToken);
                times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            }

            medians[i] = Rounds.Median(times);
        }

        return medians;
    }
}
