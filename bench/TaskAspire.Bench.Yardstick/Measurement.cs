using TaskAspire.Bench.Yardstick.Rows;
using TaskAspire.Bench.Yardstick.Services;

namespace TaskAspire.Bench.Yardstick;

/// <summary>All rows, one after the other.</summary>
internal static class Measurement
{
    private static readonly (string Name, Func<Site, Settings, CancellationToken, Task<Row>> Run)[] Rows =
    [
        ("list", async (site, settings, token) => await (await Contests.ListAsync(site, token)).RunAsync(site, settings, token)),
        ("cached", async (site, settings, token) => await (await Contests.CachedAsync(site, token)).RunAsync(site, settings, token)),
        ("get", async (site, settings, token) => await (await Contests.GetAsync(site, token)).RunAsync(site, settings, token)),
        ("create", (site, settings, token) => Contests.Create(site).RunAsync(site, settings, token)),
        ("heavy", HeavyUser.RunAsync),
        ("metrics", Scrape.RunAsync),
        ("memory", ResidentMemory.RunAsync),
        ("start", Starts.ApiAsync),
    ];

    // These bring servers of their own.
    private static readonly (string Name, Func<Settings, CancellationToken, Task<Row>> Run)[] ByThemselves = [("run", Starts.StackAsync), ("deliveries", Deliveries.RunAsync)];

    public static string[] Names => [.. Rows.Select(row => row.Name), .. ByThemselves.Select(row => row.Name)];

    public static async Task<int> RunAsync(Settings settings, CancellationToken cancellationToken)
    {
        var table = new Table();
        if (Rows.Any(row => settings.Wants(row.Name)))
        {
            await using var site = await Site.OpenAsync(settings.DataDirectory, cancellationToken);
            foreach (var (_, run) in Rows.Where(row => settings.Wants(row.Name)))
            {
                table.Add(await run(site, settings, cancellationToken));
            }
        }

        foreach (var (_, run) in ByThemselves.Where(row => settings.Wants(row.Name)))
        {
            table.Add(await run(settings, cancellationToken));
        }

        return table.AllHold ? 0 : 1;
    }
}
