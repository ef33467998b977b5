using System.Buffers.Text;
using System.Net.Http.Headers;
using System.Text;
using TaskAspire.Bench.Yardstick.Load;
using TaskAspire.Bench.Yardstick.Services;

namespace TaskAspire.Bench.Yardstick.Rows;

/// <summary>What floor and product are asked in turn.</summary>
internal static class Contests
{
    private const int TasksOfEach = 10;
    private const string IdBegins = "01900000000070008000";
    private static readonly DateTime Later = new(2026, 11, 1, 0, 0, 0, DateTimeKind.Utc);

    private const string NewTask =
        """{"title":"Prepare the quarterly report","description":"Numbers of all regions, with last year's beside them; graphs for the board.","priority":"medium","dueDate":"2027-11-30T17:00:00Z","tags":["Tag 1","Tag 2"],"reminders":[{"minutesBeforeDue":30}]}""";

    /// <summary>
    /// A list that no cache has: the newest tasks before a time that is later than all of them, and before an id that is another in each
    /// request. The total is asked for, too, as on a first page.
    /// </summary>
    public static async Task<Contest> ListAsync(Site site, CancellationToken cancellationToken)
    {
        var reader = site.Population.Reading[0];
        const string SomeId = "000000000000";
        await SameAsync(site, FloorList(reader, SomeId), ProductList(Encode(SomeId)), reader, cancellationToken);
        return new Contest(
            "uncached list", 0.8,
            site.WriteRequests("floor-list", site.Population.Reading.Select(u => FloorList(u, "{n}"))),
            site.WriteRequests("list", site.Population.Reading.Select(u => $"{ProductList("{c}")}\t{u.Token}")));
    }

    /// <summary>The first page of a list, from the cache; beside the same bytes from memory.</summary>
    public static async Task<Contest> CachedAsync(Site site, CancellationToken cancellationToken)
    {
        var body = await GetAsync(site.Product, "/api/v1/tasks", site.Population.Reading[0], cancellationToken);
        using var floor = new HttpClient { BaseAddress = new Uri(site.Floor.Url) };
        using var kept = await floor.PutAsync("/static", new ByteArrayContent(body), cancellationToken);
        kept.EnsureSuccessStatusCode();
        return new Contest(
            "cached list", 0.25,
            site.WriteRequests("static", ["/static"]),
            site.WriteRequests("cached", site.Population.Reading.Select(u => $"/api/v1/tasks\t{u.Token}")));
    }

    /// <summary>One task.</summary>
    public static async Task<Contest> GetAsync(Site site, CancellationToken cancellationToken)
    {
        List<(Caller User, Guid Id)> tasks = [];
        foreach (var user in site.Population.Reading)
        {
            tasks.AddRange((await site.Population.NewestTasksAsync(user.Id, TasksOfEach, cancellationToken)).Select(id => (user, id)));
        }

        await SameAsync(site, $"/users/{tasks[0].User.Id}/tasks/{tasks[0].Id}", $"/api/v1/tasks/{tasks[0].Id}", tasks[0].User, cancellationToken);
        return new Contest(
            "get one task", 0.8,
            site.WriteRequests("floor-get", tasks.Select(t => $"/users/{t.User.Id}/tasks/{t.Id}")),
            site.WriteRequests("get", tasks.Select(t => $"/api/v1/tasks/{t.Id}\t{t.User.Token}")));
    }

    /// <summary>A new task with two tags and a reminder, and with it its event and its change.</summary>
    public static Contest Create(Site site) => new(
        "create a task", 0.5,
        site.WriteRequests("floor-create", site.Population.Writing.Select(u => $"/users/{u.Id}/tasks\t\t{NewTask}")),
        site.WriteRequests("create", site.Population.Writing.Select(u => $"/api/v1/tasks\t{u.Token}\t{NewTask}")),
        site.Population.ForgetWrittenAsync);

    private static string FloorList(Caller user, string end) => FormattableString.Invariant(
        $"/users/{user.Id}/tasks?before={Later.Ticks}&beforeId={IdBegins[..8]}-{IdBegins[8..12]}-{IdBegins[12..16]}-{IdBegins[16..]}-{end}");

    // A cursor is base64url of "sort|descending|id|=value"; what differs in it begins and ends between two groups of three characters.
    private static string ProductList(string end) =>
        $"/api/v1/tasks?total=true&cursor={Encode($"0|1|{IdBegins}")}{end}{Encode(FormattableString.Invariant($"|={Later.Ticks}"))}";

    private static string Encode(string text) => Base64Url.EncodeToString(Encoding.ASCII.GetBytes(text));

    private static async Task SameAsync(Site site, string floorPath, string productPath, Caller caller, CancellationToken cancellationToken)
    {
        var floor = await GetAsync(site.Floor, floorPath, caller, cancellationToken);
        var product = await GetAsync(site.Product, productPath, caller, cancellationToken);
        if (!floor.AsSpan().SequenceEqual(product))
        {
            throw new YardstickException(
                $"Floor and product do not answer the same, so there is nothing to compare:\n{Encoding.UTF8.GetString(floor)}\n{Encoding.UTF8.GetString(product)}");
        }
    }

    private static async Task<byte[]> GetAsync(Service service, string path, Caller caller, CancellationToken cancellationToken)
    {
        using var client = new HttpClient { BaseAddress = new Uri(service.Url) };
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", caller.Token);
        using var answer = await client.SendAsync(request, cancellationToken);
        answer.EnsureSuccessStatusCode();
        return await answer.Content.ReadAsByteArrayAsync(cancellationToken);
    }
}
