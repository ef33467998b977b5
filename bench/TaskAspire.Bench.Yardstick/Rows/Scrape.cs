using System.Diagnostics;
using TaskAspire.Bench.Yardstick.Services;

namespace TaskAspire.Bench.Yardstick.Rows;

/// <summary><c>/metrics</c> of both services, with an empty database and with a million deliveries.</summary>
internal static class Scrape
{
    private const double Bound = 1.2;
    private const int Deliveries = 1_000_000;

    /// <summary>Before it counts: what is asked more often is compiled once more.</summary>
    private const int WarmUps = 10;

    public static async Task<Row> RunAsync(Site site, Settings settings, CancellationToken cancellationToken)
    {
        var count = settings.Quick ? Deliveries / 10 : Deliveries;
        await site.Population.ForgetDeliveriesAsync(cancellationToken);
        await using var dispatcher = await site.StartDispatcherAsync(cancellationToken);
        using var ofDispatcher = new HttpClient { BaseAddress = new Uri(dispatcher.Url) };
        HttpClient[] services = [site.Api, ofDispatcher];
        for (var i = 0; i < WarmUps; i++)
        {
            await TimesAsync(services, settings, cancellationToken);
        }

        var empty = await TimesAsync(services, settings, cancellationToken);
        await site.Population.AddDeliveriesAsync(count, cancellationToken);
        var full = await TimesAsync(services, settings, cancellationToken);
        await site.Population.ForgetDeliveriesAsync(cancellationToken);
        var ratios = full.Zip(empty, (f, e) => f.Scrape / f.Alive / (e.Scrape / e.Alive)).ToList();
        return new Row(
            $"/metrics with {Row.Number(count, "#,0")} deliveries beside none", $"≤ {Bound} ×", $"API {Row.Number(ratios[0])} ×, dispatcher {Row.Number(ratios[1])} ×", ratios.All(r => r <= Bound),
            $"API {Describe(full[0])} beside {Describe(empty[0])}; dispatcher {Describe(full[1])} beside {Describe(empty[1])}");
    }

    private static string Describe((double Scrape, double Alive) times) => $"{Row.Number(times.Scrape)} ms (/alive {Row.Number(times.Alive)})";

    /// <summary>Medians in milliseconds of /metrics and, in turn with it, of /alive: between one database and the other the machine changes its speed, too.</summary>
    private static async Task<List<(double Scrape, double Alive)>> TimesAsync(HttpClient[] services, Settings settings, CancellationToken cancellationToken)
    {
        var medians = new List<(double, double)>();
        foreach (var service in services)
        {
            List<double> scrapes = [], alive = [];
            for (var n = 0; n < (settings.Quick ? 50 : 500); n++)
            {
                scrapes.Add(await TimeAsync(service, "/metrics", cancellationToken));
                alive.Add(await TimeAsync(service, "/alive", cancellationToken));
            }

            medians.Add((Rounds.Median(scrapes), Rounds.Median(alive)));
        }

        return medians;
    }

    private static async Task<double> TimeAsync(HttpClient service, string path, CancellationToken cancellationToken)
    {
        var start = Stopwatch.GetTimestamp();
        await service.GetByteArrayAsync(path, cancellationToken);
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }
}
