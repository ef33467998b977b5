using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using TaskAspire.Bench.Yardstick.Load;
using TaskAspire.Bench.Yardstick.Services;

namespace TaskAspire.Bench.Yardstick.Rows;

/// <summary>Lists of a user with 100,000 tasks beside those of one with 200: each filter with each sort, the first page and one in the middle.</summary>
internal static class HeavyUser
{
    private const double Bound = 1.5;
    private const int PageSize = 20;

    // The cursor of the middle is that of a page by number, which is not measured.
    private const int MiddleOfMany = 1_000;
    private const int MiddleOfFew = 3;

    private static readonly string[] Sorts = ["createdAt", "-createdAt", "dueDate", "-dueDate", "priority", "-priority", "updatedAt", "-updatedAt", "title", "-title"];

    public static async Task<Row> RunAsync(Site site, Settings settings, CancellationToken cancellationToken)
    {
        var many = site.Population.Heavy;
        var few = site.Population.Reading[0];
        var times = settings.Quick ? 5 : 25;
        var ratios = new List<(string Query, double Ratio, double Milliseconds)>();
        foreach (var filter in await FiltersAsync(site, many, few, cancellationToken))
        {
            foreach (var sort in settings.Quick ? Sorts[1..3] : Sorts)
            {
                foreach (var middle in new[] { false, true })
                {
                    var manyQuery = await QueryAsync(site.Api, many, filter.OfMany, sort, middle ? MiddleOfMany : null, cancellationToken);
                    var fewQuery = await QueryAsync(site.Api, few, filter.OfFew, sort, middle ? MiddleOfFew : null, cancellationToken);
                    if (manyQuery is null || fewQuery is null)
                    {
                        continue;
                    }

                    List<double> slow = [], fast = [];
                    for (var i = 0; i < times; i++)
                    {
                        slow.Add(await TimeAsync(site.Api, many, manyQuery, i, cancellationToken));
                        fast.Add(await TimeAsync(site.Api, few, fewQuery, i, cancellationToken));
                    }

                    ratios.Add(($"{filter.Name} by {sort}{(middle ? ", middle" : "")}", Rounds.Median(slow) / Rounds.Median(fast), Rounds.Median(slow)));
                }
            }
        }

        var worst = ratios.MaxBy(r => r.Ratio);
        var missed = ratios.Where(r => r.Ratio > Bound).ToList();
        var beyond = string.Join("; ", missed.OrderByDescending(r => r.Ratio).Take(8)
            .Select(r => string.Create(CultureInfo.InvariantCulture, $"{r.Query}: {r.Ratio:0.00} × ({r.Milliseconds:0.0} ms)")));
        return new Row(
            "list of 100,000 tasks beside 200", $"≤ {Bound} ×", $"{Row.Number(Rounds.Median(ratios.Select(r => r.Ratio)))} × (worst {Row.Number(worst.Ratio)})", missed.Count == 0,
            $"{ratios.Count} pages of filter × sort; {missed.Count} beyond{(missed.Count > 0 ? ": " + beyond : "")}");
    }

    private static async Task<List<(string Name, string OfMany, string OfFew)>> FiltersAsync(Site site, Caller many, Caller few, CancellationToken cancellationToken)
    {
        var ofMany = await CategoryAsync(site.Api, many, cancellationToken);
        var ofFew = await CategoryAsync(site.Api, few, cancellationToken);
        string[] same =
        [
            "", "status=todo", "status=todo,in_progress", "priority=high", "status=todo&priority=high,urgent", "dueBefore=2027-06-01T00:00:00Z", "dueAfter=2027-06-01T00:00:00Z",
            "dueAfter=2027-03-01T00:00:00Z&dueBefore=2027-09-01T00:00:00Z", "hasDueDate=true", "overdue=false", "tag=tag%201", "tag=tag%201&tag=tag%204&tagMode=any", "parentId=none",
            "search=report",
        ];
        return
        [
            .. same.Select(filter => (filter.Length == 0 ? "all" : filter, filter, filter)),
            ("categoryId", $"categoryId={ofMany}", $"categoryId={ofFew}"),
            ("categoryId, status", $"categoryId={ofMany}&status=done", $"categoryId={ofFew}&status=done"),
        ];
    }

    private static async Task<Guid> CategoryAsync(HttpClient api, Caller caller, CancellationToken cancellationToken) =>
        (await GetAsync(api, caller, "/api/v1/categories", cancellationToken)).GetProperty("items")[0].GetProperty("id").GetGuid();

    private static async Task<string?> QueryAsync(HttpClient api, Caller caller, string filter, string sort, int? page, CancellationToken cancellationToken)
    {
        var query = $"/api/v1/tasks?total=false&sort={sort}&{filter}".TrimEnd('&');
        if (page is null)
        {
            return query;
        }

        // Where so few fit, the last page that has a successor.
        for (var number = page.Value; number > 0; number /= 2)
        {
            var before = await GetAsync(api, caller, string.Create(CultureInfo.InvariantCulture, $"{query}&page={number}"), cancellationToken);
            if (before.GetProperty("nextCursor").GetString() is { } cursor)
            {
                return $"{query}&cursor={cursor}";
            }
        }

        return null;
    }

    /// <summary>In milliseconds. The size of the page changes by one each time, so that no cache has it.</summary>
    private static async Task<double> TimeAsync(HttpClient api, Caller caller, string query, int number, CancellationToken cancellationToken)
    {
        var path = string.Create(CultureInfo.InvariantCulture, $"{query}&limit={PageSize + number}");
        var start = Stopwatch.GetTimestamp();
        await GetAsync(api, caller, path, cancellationToken);
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    private static async Task<JsonElement> GetAsync(HttpClient api, Caller caller, string path, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", caller.Token);
        using var answer = await api.SendAsync(request, cancellationToken);
        if (!answer.IsSuccessStatusCode)
        {
            throw new YardstickException($"{path}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync(cancellationToken)}");
        }

        using var document = await JsonDocument.ParseAsync(await answer.Content.ReadAsStreamAsync(cancellationToken), default, cancellationToken);
        return document.RootElement.Clone();
    }
}
