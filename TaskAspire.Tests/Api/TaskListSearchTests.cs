using System.Text.Json.Nodes;
using TaskAspire.Tests.Fixtures;
using static System.Net.HttpStatusCode;

namespace TaskAspire.Tests.Api;

public sealed class TaskListSearchTests(BackingServices services)
{
    private readonly SharedApi _api = SharedApi.On(services);

    [Theory]
    [InlineData("milk", "d c b a e")]
    [InlineData("MILK", "d c b a e")]
    [InlineData("buy milk", "b e d")]
    [InlineData("%22buy milk%22", "b d")]
    [InlineData("milk buy", "b e d")]
    [InlineData("il", "d c b a e")]
    [InlineData("%C3%89T%C3%89", "f")]
    [InlineData("%22", "f")]
    [InlineData("%22%22", "f e d c b a")]
    [InlineData("milk%5C", "")]
    [InlineData("milk.*", "")]
    [InlineData("nothing like it", "")]
    public async Task Each_word_must_be_there_and_the_best_comes_first(string search, string expected)
    {
        var user = await SeedAsync();
        var sort = search == "%22%22" ? "" : "&sort=relevance";

        Assert.Equal(expected, await DescribeAsync(user, $"search={search}{sort}"));
    }

    [Fact]
    public async Task Pages_by_relevance_neither_skip_nor_repeat()
    {
        var user = await SeedAsync();
        var seen = "";
        var page = (await user.GetAsync("tasks?search=milk&sort=relevance&limit=2")).Json;
        while (true)
        {
            seen += string.Concat(page["items"]!.AsArray().Select(t => (string)t!["timeZone"]!));
            if ((string?)page["nextCursor"] is not { } cursor)
            {
                break;
            }

            await user.CreateTaskAsync("milk");
            page = (await user.GetAsync($"tasks?search=milk&cursor={cursor}&limit=2")).Json;
        }

        Assert.Equal("Europe/RomeEurope/MadridEurope/ParisEurope/BerlinEurope/Oslo", seen);
    }

    [Theory]
    [InlineData("sort=relevance", "sort")]
    [InlineData("sort=-relevance&search=a", "sort")]
    [InlineData("search=a b c d e f g h i j k", "search")]
    [InlineData("tagMode=some", "tagMode")]
    [InlineData("hasDueDate=1", "hasDueDate")]
    [InlineData("parentId=x", "parentId")]
    [InlineData("total=maybe", "total")]
    [InlineData("categoryId=none,x", "categoryId")]
    public async Task A_wrong_parameter_is_a_400_that_names_it(string query, string parameter)
    {
        var user = await _api.CreateUserAsync();

        Assert.NotEmpty((await user.GetAsync($"tasks?{query}", BadRequest)).ErrorOf(parameter));
    }

    private async Task<ApiClient> SeedAsync()
    {
        var user = await _api.CreateUserAsync();
        (string Title, string? Description, string Zone)[] tasks =
        [
            ("buttermilk", null, "Europe/Berlin"),
            ("Buy milk, soon", null, "Europe/Paris"),
            ("No milk", null, "Europe/Madrid"),
            ("Milk", "do buy milk", "Europe/Rome"),
            ("Shopping", "what to buy: oat milk", "Europe/Oslo"),
            ("\u00e9t\u00e9 \"quoted", null, "Europe/Athens"),
        ];
        foreach (var (title, description, zone) in tasks)
        {
            await user.CreateTaskAsync(title, new JsonObject { ["description"] = description, ["timeZone"] = zone });
        }

        return user;
    }

    /// <summary>The tasks of the seed by the letters a to f.</summary>
    private static async Task<string> DescribeAsync(ApiClient user, string query)
    {
        string[] zones = ["Europe/Berlin", "Europe/Paris", "Europe/Madrid", "Europe/Rome", "Europe/Oslo", "Europe/Athens"];
        return string.Join(' ', (await user.GetAsync($"tasks?{query}")).Json["items"]!.AsArray().Select(t => "abcdef"[Array.IndexOf(zones, (string)t!["timeZone"]!)]));
    }
}
