using System.Net.Http.Headers;
using System.Text;
using TaskAspire.Tests.Api;
using TaskAspire.Tests.Fixtures;
using static System.Net.HttpStatusCode;

namespace TaskAspire.Tests.Portability;

/// <summary>What holds for every format.</summary>
public sealed class PortabilityTests(BackingServices services)
{
    private const string Json = "application/json";
    private const string Csv = "text/csv";
    private const string Calendar = "text/calendar";

    private readonly SharedApi _api = SharedApi.On(services);

    [Fact]
    public async Task Accept_chooses_the_format_and_an_unknown_one_is_refused()
    {
        var user = await _api.CreateUserAsync();

        Assert.StartsWith("BEGIN:VCALENDAR", (await user.SendAsync(HttpMethod.Get, "export", null, OK, null, ("Accept", "text/calendar, */*;q=0.1"))).Text, StringComparison.Ordinal);
        Assert.StartsWith("id,title", (await user.SendAsync(HttpMethod.Get, "export", null, OK, null, ("Accept", "text/csv"))).Text, StringComparison.Ordinal);
        Assert.Equal("not-acceptable", (await user.SendAsync(HttpMethod.Get, "export", null, NotAcceptable, null, ("Accept", "image/png"))).Problem);
        Assert.NotEmpty((await user.GetAsync("export?format=xml", BadRequest)).ErrorOf("format"));
    }

    [Fact]
    public async Task A_dry_run_writes_nothing_and_a_repeat_with_its_key_nothing_twice()
    {
        var user = await _api.CreateUserAsync();
        const string Table = "title,tags\na,x;y\nb,\n";

        Assert.Equal("""{"created":2,"categoriesCreated":0,"tagsCreated":0,"dryRun":true}""", (await user.ImportAsync(Csv, Table, query: "?dryRun=true")).Text);
        Assert.Equal(0, (int?)(await user.GetAsync("tasks")).Json["total"]);
        Assert.Equal(0, (int?)(await user.GetAsync("tags")).Json["total"]);
        var key = Guid.NewGuid().ToString();
        await user.ImportAsync(Csv, Table, key: key);
        await user.ImportAsync(Csv, Table, key: key);
        Assert.Equal(2, (int?)(await user.GetAsync("tasks")).Json["total"]);
    }

    [Fact]
    public async Task What_is_too_much_is_refused()
    {
        await using var redis = await services.RentRedisAsync(TestContext.Current.CancellationToken);
        await using var host = new ApiHost(
            await _api.GetDatabaseAsync(), redis.ConnectionString, settings: new Dictionary<string, string?> { ["Import:MaxTasks"] = "1000", ["Import:MaxMebibytes"] = "10" });
        var user = await host.CreateUserAsync(TestContext.Current.CancellationToken);

        Assert.Contains("1,000", (await user.ImportAsync(Csv, "title\n" + string.Concat(Enumerable.Repeat("x\n", 1_001)), BadRequest)).ErrorOf("$"), StringComparison.Ordinal);
        var tooLarge = await user.ImportAsync(Csv, "title\n" + new string('x', 11 * 1024 * 1024), RequestEntityTooLarge);
        Assert.Equal("payload-too-large", tooLarge.Problem);
        Assert.Contains("10 MiB", (string)tooLarge.Json["detail"]!, StringComparison.Ordinal);
        Assert.Contains("64 KiB", (await user.ImportAsync(Csv, "title\n" + new string('x', 9 * 1024 * 1024), BadRequest)).ErrorOf("line 2"), StringComparison.Ordinal);
        var errors = (await user.ImportAsync(Csv, "title\n" + string.Concat(Enumerable.Repeat("\" \"\n", 1_000)), BadRequest)).Json["errors"]!.AsObject();
        Assert.Equal(101, errors.Count);
        Assert.Contains("900", (string)errors["$"]![0]!, StringComparison.Ordinal);
        await user.ImportAsync(Calendar, string.Concat(Enumerable.Repeat("BEGIN:VTODO\n", 100_000)), BadRequest);
        await user.ImportAsync("application/xml", "<a/>", UnsupportedMediaType);
        var latin = new ByteArrayContent([.. "title\n"u8, 0xFC]) { Headers = { ContentType = new MediaTypeHeaderValue(Csv) } };
        using var answer = await user.Http.PostAsync("/api/v1/import", latin, TestContext.Current.CancellationToken);
        Assert.Equal(BadRequest, answer.StatusCode);
    }

    [Fact]
    public async Task An_import_keeps_to_the_most_categories_there_can_be()
    {
        var user = await _api.CreateUserAsync();
        string Table(int first, int count) => "title,category\n" + string.Concat(Enumerable.Range(first, count).Select(i => $"t,c{i}\n"));
        await user.ImportAsync(Csv, Table(0, 499));

        var refused = await user.ImportAsync(Csv, Table(498, 3), BadRequest);
        Assert.Contains("500 categories", refused.ErrorOf("line 4, category"), StringComparison.Ordinal);
        Assert.NotEmpty((await user.ImportAsync(Csv, Table(498, 3), BadRequest, "?dryRun=true")).ErrorOf("line 4, category"));
        const string Document = """{"format":"taskaspire","version":1,"categories":[{"name":"a"},{"name":"C1"},{"name":"b"}],"tasks":[]}""";
        Assert.NotEmpty((await user.ImportAsync(Json, Document, BadRequest)).ErrorOf("categories[2].name"));
        Assert.Equal(499, (int?)(await user.GetAsync("tasks")).Json["total"]);

        // Of several at once that each have room by themselves, one has.
        var statuses = await Task.WhenAll(Enumerable.Range(0, 4).Select(async i =>
        {
            using var body = new StringContent($"title,category\nt,last{i}\n", Encoding.UTF8, Csv);
            using var answer = await user.Http.PostAsync(i == 0 ? "/api/v1/categories" : "/api/v1/import",
                i == 0 ? System.Net.Http.Json.JsonContent.Create(new { name = "last0" }) : body, TestContext.Current.CancellationToken);
            return answer.IsSuccessStatusCode;
        }));
        Assert.Single(statuses, true);
        Assert.Equal(500, (await user.GetAsync("categories")).Json["items"]!.AsArray().Count);
        // What is there already can be named by as many tasks as one likes.
        await user.ImportAsync(Csv, Table(0, 499));
    }
}
