using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using TaskAspire.Tests.Fixtures;

namespace TaskAspire.Tests.Api;

public sealed class TaskListFilterTests(BackingServices services)
{
    private readonly SharedApi _api = SharedApi.On(services);

    [Fact]
    public async Task Categories_tags_parents_and_due_dates_filter()
    {
        var user = await _api.CreateUserAsync();
        var x = (string)(await user.PostAsync("categories", new JsonObject { ["name"] = "x" })).Json["id"]!;
        var y = (string)(await user.PostAsync("categories", new JsonObject { ["name"] = "y" })).Json["id"]!;
        var a = await user.CreateTaskAsync("a", new JsonObject { ["categoryId"] = x, ["tags"] = new JsonArray("red") });
        var b = await user.CreateTaskAsync("b", new JsonObject { ["categoryId"] = y, ["tags"] = new JsonArray("blue"), ["dueDate"] = "2030-01-01T00:00:00Z" });
        await user.CreateTaskAsync("c", new JsonObject { ["tags"] = new JsonArray("red", "Blue") });
        await using (var database = TaskDatabases.Open(await _api.GetDatabaseAsync()))
        {
            await database.Database.ExecuteSqlAsync($"UPDATE tasks SET parent_id = {Guid.Parse((string)a["id"]!)} WHERE id = {Guid.Parse((string)b["id"]!)}", TestContext.Current.CancellationToken);
        }

        (string Query, string Expected)[] expectations =
        [
            ($"categoryId={x}", "a"), ($"categoryId={x},{y}", "a b"), ($"categoryId={x}&categoryId=none", "a c"), ("categoryId=none", "c"),
            ("tag=red&tag=blue", "c"), ("tag=red&tag=blue&tagMode=all", "c"), ("tag=red&tag=BLUE&tagMode=any", "a b c"), ("tag=blue&tag=no&tagMode=any", "b c"),
            ($"parentId={a["id"]}", "b"), ("parentId=none", "a c"), ($"parentId={b["id"]}", ""),
            ("hasDueDate=true", "b"), ("hasDueDate=false", "a c"), ("hasDueDate=false&dueBefore=2040-01-01T00:00:00Z", ""), ("hasDueDate=false&dueBefore=2040-01-01T00:00:00Z&sort=-dueDate", ""),
            ("hasDueDate=false&sort=-dueDate", "c a"), ("sort=-dueDate&limit=1&page=2", "c"),
        ];
        foreach (var (query, expected) in expectations)
        {
            var list = (await user.GetAsync($"tasks?{(query.Contains("sort", StringComparison.Ordinal) ? "" : "sort=title&")}{query}")).Json;
            Assert.Equal((query, expected), (query, string.Join(' ', list["items"]!.AsArray().Select(t => (string)t!["title"]!))));
        }
    }

    [Fact]
    public async Task The_total_is_there_with_pages_and_on_demand()
    {
        var user = await _api.CreateUserAsync();
        for (var i = 0; i < 3; i++)
        {
            await user.CreateTaskAsync("t");
        }

        var page = (await user.GetAsync("tasks?limit=2&search=t")).Json;
        Assert.Equal(3, (int?)page["total"]);
        Assert.Equal(3, (int?)(await user.GetAsync("tasks?limit=2&page=2&search=t")).Json["total"]);
        Assert.Equal(3, (int?)(await user.GetAsync("tasks?limit=2&page=3&search=t")).Json["total"]);
        Assert.Null((await user.GetAsync("tasks?limit=2&total=false")).Json["total"]);
        Assert.Null((await user.GetAsync($"tasks?limit=2&cursor={page["nextCursor"]}")).Json["total"]);
        Assert.Equal(3, (int?)(await user.GetAsync($"tasks?limit=2&cursor={page["nextCursor"]}&total=true")).Json["total"]);
    }

    [Fact]
    public async Task Titles_sort_like_an_alphabet()
    {
        var user = await _api.CreateUserAsync();
        foreach (var title in new[] { "b", "\u00c4", "Z", "a", "B", "A", "e", "\u00e9" })
        {
            await user.CreateTaskAsync(title);
        }

        Assert.Equal(["a", "A", "\u00c4", "b", "B", "e", "\u00e9", "Z"], (await user.GetAsync("tasks?sort=title")).Json["items"]!.AsArray().Select(t => (string)t!["title"]!));
    }

    [Theory]
    [InlineData("createdAt")]
    [InlineData("-createdAt")]
    [InlineData("dueDate")]
    [InlineData("-dueDate")]
    [InlineData("priority")]
    [InlineData("-priority")]
    [InlineData("updatedAt")]
    [InlineData("-updatedAt")]
    [InlineData("title")]
    [InlineData("-title")]
    public async Task Cursors_neither_skip_nor_repeat_what_stays_while_all_else_changes(string sort)
    {
        var user = await _api.CreateUserAsync();
        var random = new Random(sort.GetHashCode(StringComparison.Ordinal));
        var staying = new List<string>();
        var others = new List<string>();
        for (var i = 0; i < 30; i++)
        {
            (i % 2 == 0 ? staying : others).Add(await CreateAsync(user, random));
        }

        var expected = Ids((await user.GetAsync($"tasks?sort={sort}&limit=100")).Json).Where(staying.Contains);
        var seen = new List<string>();
        for (string? cursor = ""; cursor is not null;)
        {
            var page = (await user.GetAsync($"tasks?sort={sort}&limit=4{(cursor == "" ? "" : "&cursor=" + cursor)}")).Json;
            seen.AddRange(Ids(page).Where(staying.Contains));
            cursor = (string?)page["nextCursor"];
            for (var i = 0; i < 3 && others.Count > 0; i++)
            {
                var other = others[random.Next(others.Count)];
                switch (random.Next(3))
                {
                    case 0 when seen.Count < staying.Count / 2:
                        await CreateAsync(user, random);
                        break;
                    case 1:
                        await user.DeleteAsync($"tasks/{other}");
                        others.Remove(other);
                        break;
                    default:
                        await user.PatchAsync($"tasks/{other}", Fields(random));
                        break;
                }
            }
        }

        Assert.Equal(expected, seen);
    }

    private static async Task<string> CreateAsync(ApiClient user, Random random) => (string)(await user.PostAsync("tasks", Fields(random))).Json["id"]!;

    private static JsonObject Fields(Random random) => new()
    {
        ["title"] = $"title {random.Next(4)}",
        ["priority"] = random.Next(2) == 0 ? "low" : "high",
        ["dueDate"] = random.Next(3) == 0 ? null : $"2030-01-0{random.Next(1, 4)}T00:00:00Z",
    };

    private static IEnumerable<string> Ids(JsonObject list) => list["items"]!.AsArray().Select(t => (string)t!["id"]!);
}
