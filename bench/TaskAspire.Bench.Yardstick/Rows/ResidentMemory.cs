using TaskAspire.Bench.Yardstick.Services;

namespace TaskAspire.Bench.Yardstick.Rows;

/// <summary>What the API has in memory after 100,000 requests of all kinds, and after 100,000 more.</summary>
internal static class ResidentMemory
{
    private const double MostMebibytes = 150;
    private const double Growth = 1.05;
    private const int Requests = 100_000;
    private const int SliceSeconds = 5;

    public static async Task<Row> RunAsync(Site site, Settings settings, CancellationToken cancellationToken)
    {
        var requests = settings.Quick ? Requests / 5 : Requests;
        // A process that has done nothing else.
        await using var api = await site.StartProductAsync(cancellationToken);
        string[] files = [
            site.WriteRequests("memory-list", (await Contests.ListAsync(site, cancellationToken)).Lines()),
            site.WriteRequests("memory-get", (await Contests.GetAsync(site, cancellationToken)).Lines()),
            site.WriteRequests("memory-cached", (await Contests.CachedAsync(site, cancellationToken)).Lines()),
            site.WriteRequests("memory-create", Contests.Create(site).Lines()),
        ];
        var first = await AfterAsync();
        var second = await AfterAsync();
        await site.Population.ForgetWrittenAsync(cancellationToken);
        return new Row(
            $"API after {Row.Number(requests, "#,0")} requests, and as many more", $"< {MostMebibytes} MiB, flat", $"{Row.Number(first, "0")} MiB, {Row.Number(second, "0")} MiB",
            first < MostMebibytes && second < MostMebibytes && second <= first * Growth, "resident; lists, cached lists, single tasks and new ones in turn");

        async Task<double> AfterAsync()
        {
            long done = 0;
            for (var turn = 0; done < requests; turn++)
            {
                done += (await Wrk.RunAsync(api.Url, files[turn % files.Length], SliceSeconds, settings.Connections, cancellationToken)).Requests;
            }

            return api.ResidentMebibytes;
        }
    }

    private static IEnumerable<string> Lines(this Contest contest) => File.ReadLines(contest.ProductRequests);
}
