using System.Text.Json.Nodes;
using TaskAspire.Tests.Fixtures;
using static System.Net.HttpStatusCode;

namespace TaskAspire.Tests.Api;

public sealed class TaskListTests(BackingServices services)
{
    private readonly SharedApi _api = SharedApi.On(services);

    [Theory]
    [InlineData("", "e d c b a")]
    [InlineData("status=todo", "e d a")]
    [InlineData("status=done,cancelled", "c b")]
    [InlineData("status=done&status=cancelled", "c b")]
    [InlineData("priority=high,urgent&sort=title", "a d")]
    [InlineData("tag=red", "b a")]
    [InlineData("tag=RED&tag=blue", "a")]
    [InlineData("tag=none", "")]
    [InlineData("dueBefore=2030-01-02T00:00:00Z", "e a")]
    [InlineData("dueAfter=2030-01-02T00:00:00Z&sort=dueDate", "b c")]
    [InlineData("dueAfter=2030-01-01T12:00:00%2B12:00&dueBefore=2030-01-02T00:00:00Z", "a")]
    [InlineData("overdue=true", "e")]
    [InlineData("overdue=false", "d c b a")]
    [InlineData("search=PLAIN", "a")]
    [InlineData("search=100%25_", "b")]
    [InlineData("search=_", "b")]
    [InlineData("search=back%5Cslash", "c")]
    [InlineData("search=needle", "d")]
    [InlineData("sort=title", "a b c d e")]
    [InlineData("sort=-title&limit=2", "e d")]
    [InlineData("sort=title&limit=2&page=2", "c d")]
    [InlineData("sort=title&limit=2&page=9", "")]
    [InlineData("sort=createdAt", "a b c d e")]
    [InlineData("sort=priority&limit=1", "b")]
    [InlineData("sort=-priority&limit=2", "d a")]
    [InlineData("sort=dueDate", "e a b c d")]
    [InlineData("sort=-dueDate", "c b a e d")]
    [InlineData("sort=-updatedAt&limit=1", "a")]
    public async Task Filters_and_sorts_give_what_they_say(string query, string expected)
    {
        var user = await SeedAsync();

        var answer = (await user.GetAsync($"tasks?{query}")).Json;

        Assert.Equal(expected, string.Join(' ', Titles(answer)));
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
    public async Task Cursors_neither_skip_nor_repeat_while_tasks_come_and_go(string sort)
    {
        var user = await _api.CreateUserAsync();
        for (var i = 0; i < 12; i++)
        {
            await user.CreateTaskAsync($"same{i / 4}", new JsonObject
            {
                ["priority"] = i % 3 == 0 ? "low" : "high",
                ["dueDate"] = i % 4 == 0 ? null : $"2030-01-0{(i % 3) + 1}T00:00:00Z",
            });
        }

        var all = Ids((await user.GetAsync($"tasks?sort={sort}&limit=100")).Json);
        var seen = new List<string>();
        var page = (await user.GetAsync($"tasks?sort={sort}&limit=3")).Json;
        seen.AddRange(Ids(page));
        // Before what was read, and one of what was read goes.
        await user.DeleteAsync($"tasks/{seen[0]}");
        while ((string?)page["nextCursor"] is { } cursor)
        {
            page = (await user.GetAsync($"tasks?sort={sort}&limit=3&cursor={cursor}")).Json;
            Assert.Null(page["total"]);
            Assert.Null(page["page"]);
            seen.AddRange(Ids(page));
        }

        Assert.Equal(all, seen);
    }

    [Fact]
    public async Task Total_counts_what_fits_the_filter()
    {
        var user = await SeedAsync();

        var first = (await user.GetAsync("tasks?status=todo&limit=2")).Json;
        Assert.Equal((3, 1, 2), ((int)first["total"]!, (int)first["page"]!, (int)first["limit"]!));
        Assert.NotNull(first["nextCursor"]);
        var beyond = (await user.GetAsync("tasks?status=todo&limit=2&page=3")).Json;
        Assert.Equal(3, (int?)beyond["total"]);
        Assert.Null(beyond["nextCursor"]);
    }

    [Theory]
    [InlineData("limit=0", "limit")]
    [InlineData("limit=101", "limit")]
    [InlineData("limit=abc", "limit")]
    [InlineData("limit=1&limit=2", "limit")]
    [InlineData("page=0", "page")]
    [InlineData("page=99999999999", "page")]
    [InlineData("sort=age", "sort")]
    [InlineData("status=open", "status")]
    [InlineData("status=0", "status")]
    [InlineData("priority=1", "priority")]
    [InlineData("categoryId=1", "categoryId")]
    [InlineData("dueBefore=2030", "dueBefore")]
    [InlineData("overdue=yes", "overdue")]
    [InlineData("cursor=xyz", "cursor")]
    [InlineData("cursor=%F0%9F%8E%89", "cursor")]
    [InlineData("cursor=M3wwfDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwfD05OTk5OTk5OTk5OTk5OTk5OTk5", "cursor")]
    [InlineData("search=a%00b", "search")]
    [InlineData("tag=%00", "tag")]
    [InlineData("tag=red&tag=", "tag")]
    [InlineData("tag=123456789012345678901234567890123456789012345678901", "tag")]
    [InlineData("stauts=todo", "stauts")]
    public async Task A_wrong_parameter_is_a_400_that_names_it(string query, string parameter)
    {
        var user = await _api.CreateUserAsync();

        Assert.NotEmpty((await user.GetAsync($"tasks?{query}", BadRequest)).ErrorOf(parameter));
    }

    [Fact]
    public async Task A_cursor_of_another_sort_is_refused()
    {
        var user = await SeedAsync();
        var cursor = (string?)(await user.GetAsync("tasks?sort=title&limit=1")).Json["nextCursor"];

        await user.GetAsync($"tasks?sort=title&cursor={cursor}");
        await user.GetAsync($"tasks?cursor={cursor}");
        Assert.NotEmpty((await user.GetAsync($"tasks?sort=dueDate&cursor={cursor}", BadRequest)).ErrorOf("cursor"));
        Assert.NotEmpty((await user.GetAsync($"tasks?page=2&cursor={cursor}", BadRequest)).ErrorOf("page"));
    }

    private async Task<ApiClient> SeedAsync()
    {
        var user = await _api.CreateUserAsync();
        string[] tasks =
        [
            """{ "title": "a", "description": "plain", "priority": "high", "tags": ["red", "blue"], "dueDate": "2030-01-01T00:00:00Z" }""",
            """{ "title": "b", "description": "100%_", "status": "done", "tags": ["red"], "dueDate": "2030-01-02T00:00:00Z" }""",
            """{ "title": "c", "description": "back\\slash", "status": "cancelled", "priority": "low", "dueDate": "2030-01-03T00:00:00Z" }""",
            """{ "title": "d", "description": "a NEEDLE here", "priority": "urgent" }""",
            """{ "title": "e", "priority": "medium", "dueDate": "2020-01-01T00:00:00Z" }""",
        ];
        var ids = new List<JsonNode>();
        foreach (var task in tasks)
        {
            ids.Add((await user.PostAsync("tasks", JsonNode.Parse(task))).Json["id"]!);
        }

        // Makes the first one the last changed.
        await user.PatchAsync($"tasks/{ids[0]}", new JsonObject { ["timeZone"] = "UTC" });
        return user;
    }

    private static List<string> Titles(JsonObject list) => [.. list["items"]!.AsArray().Select(t => (string)t!["title"]!)];

    private static List<string> Ids(JsonObject list) => [.. list["items"]!.AsArray().Select(t => (string)t!["id"]!)];
}
