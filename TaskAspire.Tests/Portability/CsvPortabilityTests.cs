using System.Text.Json.Nodes;
using TaskAspire.Tests.Api;
using TaskAspire.Tests.Fixtures;
using static System.Net.HttpStatusCode;

namespace TaskAspire.Tests.Portability;

/// <summary>Tables (RFC 4180).</summary>
public sealed class CsvPortabilityTests(BackingServices services)
{
    private const string Csv = "text/csv";

    private readonly SharedApi _api = SharedApi.On(services);

    [Fact]
    public async Task What_is_exported_as_a_table_can_be_imported_elsewhere()
    {
        var (one, other) = (await _api.CreateUserAsync(), await _api.CreateUserAsync());
        await one.FillAsync();

        var (text, headers) = await one.ExportAsync("csv");
        await other.ImportAsync(Csv, text);

        Assert.Equal(Csv, headers.ContentType!.MediaType);
        Assert.EndsWith(".csv", headers.ContentDisposition!.FileName, StringComparison.Ordinal);
        var before = PortableUser.TasksOf((await one.GetAsync("export")).Json);
        var after = PortableUser.TasksOf((await other.GetAsync("export")).Json);
        foreach (var field in new[] { "title", "description", "status", "priority", "dueDate", "category", "tags", "reminders", "recurrence", "parent", "completedAt" })
        {
            Assert.Equal(before.Select(t => t[field]?.ToJsonString()), after.Select(t => t[field]?.ToJsonString()));
        }
    }

    [Fact]
    public async Task A_table_holds_no_formula_and_gives_back_what_was_there()
    {
        var (one, other) = (await _api.CreateUserAsync(), await _api.CreateUserAsync());
        string[] titles = ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "'=1", "''", "'it", "a;b,c\"d", "x=1"];
        foreach (var title in titles)
        {
            await one.CreateTaskAsync(title, new JsonObject { ["description"] = "\r=cmd()\nx", ["tags"] = new JsonArray("a;b", "c\\d", "-e") });
        }

        var (text, _) = await one.ExportAsync("csv");

        Assert.DoesNotContain(text.Split(','), cell => cell.Length > 0 && "=+-@\t".Contains(cell[0], StringComparison.Ordinal));
        await other.ImportAsync(Csv, text);
        var tasks = (await other.GetAsync("export")).Json["tasks"]!.AsArray();
        Assert.Equal(titles.Order(StringComparer.Ordinal), tasks.Select(t => (string)t!["title"]!).Order(StringComparer.Ordinal));
        Assert.All(tasks, t => Assert.Equal("""["-e","a;b","c\\d"]""", t!["tags"]!.ToJsonString()));
        Assert.All(tasks, t => Assert.Equal("\r=cmd()\nx", (string?)t!["description"]));
    }

    [Fact]
    public async Task A_table_with_semicolons_is_read_as_one_with_commas()
    {
        var user = await _api.CreateUserAsync();

        await user.ImportAsync(Csv, "\uFEFFtitle;tags;description\r\na, b;\"x;y\";\"l1\nl2; l3\"\r\n");

        var task = (await user.GetAsync("tasks")).Json["items"]![0]!;
        Assert.Equal(("a, b", "x y", "l1\nl2; l3"), ((string?)task["title"], string.Join(' ', task["tags"]!.AsArray()), (string?)task["description"]));
    }

    [Fact]
    public async Task Rows_that_were_emptied_are_no_tasks()
    {
        var user = await _api.CreateUserAsync();

        await user.ImportAsync(Csv, "title;status\r\na;todo\r\n;\r\nb;done\r\n\"\";\r\n");

        Assert.Equal(["a", "b"], (await user.GetAsync("tasks?sort=title")).Json["items"]!.AsArray().Select(t => (string?)t!["title"]));
    }

    [Theory]
    [InlineData("title\n\n\"x", "line 3")]
    [InlineData("", "line 1")]
    [InlineData("name\nx", "line 1")]
    [InlineData("title,title\nx,y", "line 1")]
    [InlineData("title,status\nx,todo\ny,open", "line 3, status")]
    [InlineData("title,dueDate\n\"x\ny\",\nz,tomorrow", "line 4, dueDate")]
    [InlineData("title,priority\nx", "line 2")]
    [InlineData("title\n\" \"", "line 2, title")]
    [InlineData("title\na\0b", "line 2, title")]
    [InlineData("title,parentId\na,7", "line 2, parentId")]
    [InlineData("title,reminders\na,soon", "line 2, reminders")]
    [InlineData("title,dueDate,recurrence\na,2031-01-01T00:00:00Z,FREQ=SECONDLY", "line 2, recurrence")]
    [InlineData("id,title,parentId\n1,a,2\n2,b,1", "line 2, parentId")]
    [InlineData("id,title\n1,a\n1,b", "line 3, id")]
    public async Task A_wrong_table_is_refused_with_its_line_and_writes_nothing(string body, string place) =>
        await (await _api.CreateUserAsync()).AssertImportIsRefusedAsync(Csv, body, place);

    [Fact]
    public async Task However_much_is_wrong_in_one_cell_the_answer_stays_readable()
    {
        var user = await _api.CreateUserAsync();
        var row = $"x,{string.Join(';', Enumerable.Repeat("soon", 10_000))}\n";

        var errors = (await user.ImportAsync(Csv, "title,reminders\n" + string.Concat(Enumerable.Repeat(row, 6)), BadRequest)).Json["errors"]!.AsObject();

        // Of each cell one more than a task can have; of all together a hundred.
        Assert.Equal(21, errors["line 2, reminders"]!.AsArray().Count);
        Assert.Equal(16, errors["line 6, reminders"]!.AsArray().Count);
        Assert.Contains("at least 26", (string)errors["$"]![0]!, StringComparison.Ordinal);
        Assert.Equal(6, errors.Count);
    }
}
