using System.Text;
using Microsoft.Extensions.Options;
using TaskAspire.ApiService.Portability;

namespace TaskAspire.Tests.Portability;

/// <summary>Of a list that is too long an import keeps what shows that: millions of tags or reminders took up to 37 times their size in memory.</summary>
public sealed class ImportListsTests
{
    private const int Many = 1_000;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Of_json()
    {
        var tags = string.Join(',', Enumerable.Range(0, Many).Select(i => $"\"t{i}\""));
        var reminders = string.Join(',', Enumerable.Range(0, Many).Select(i => $"{{\"minutesBeforeDue\":{i}}}"));
        using var body = new MemoryStream(Encoding.UTF8.GetBytes(
            $"{{\"format\":\"taskaspire\",\"version\":1,\"tasks\":[{{\"title\":\"x\",\"tags\":[{tags}],\"reminders\":[{reminders}]}}]}}"));

        HasOneTooMany(await Read(body));
    }

    [Theory]
    [InlineData("$", "1,000", "\"tasks\":[", "{\"title\":\"x\"}", 1_000)]
    [InlineData("tags", "1,000", "\"tasks\":[],\"tags\":[", "\"x\"", 1_000)]
    [InlineData("categories", "500", "\"tasks\":[],\"categories\":[", "{\"name\":\"x\"}", 500)]
    public async Task Of_a_document_in_json(string field, string most, string begin, string item, int count)
    {
        // What comes behind is not even read: it would be no JSON.
        async Task<ImportContent> ReadAsync(int items, string end)
        {
            using var body = new MemoryStream(Encoding.UTF8.GetBytes($"{{\"format\":\"taskaspire\",\"version\":1,{begin}{string.Join(',', Enumerable.Repeat(item, items))}{end}"));
            return await Read(body);
        }

        Assert.False((await ReadAsync(count, "]}")).Errors.Any);
        var (key, messages) = Assert.Single((await ReadAsync(count + 1, ",!")).Errors.ToDictionary());
        Assert.Equal(field, key);
        Assert.Contains(most, Assert.Single(messages), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_a_table() => HasOneTooMany(await CsvImport.ReadAsync(
        $"title,tags,reminders\nx,{string.Join(';', Enumerable.Range(0, Many).Select(i => $"t{i}"))},{string.Join(';', Enumerable.Range(0, Many))}\n", 1, Cancelled));

    [Fact]
    public void Of_a_calendar() => HasOneTooMany(CalendarImport.Read(
        $"BEGIN:VCALENDAR\nBEGIN:VTODO\nSUMMARY:x\nCATEGORIES:{string.Join(',', Enumerable.Range(0, Many).Select(i => $"t{i}"))}\n"
        + string.Concat(Enumerable.Range(0, Many).Select(i => $"BEGIN:VALARM\nTRIGGER:-PT{i}M\nEND:VALARM\n")) + "END:VTODO\nEND:VCALENDAR\n",
        1, null, Cancelled));

    private static Task<ImportContent> Read(Stream body) => new JsonImport(Options.Create(new ImportOptions { MaxTasks = Many })).ReadAsync(body, Cancelled);

    private static void HasOneTooMany(ImportContent content)
    {
        Assert.False(content.Errors.Any);
        var task = Assert.Single(content.Items).Task;
        Assert.Equal(51, task.Tags.Count);
        Assert.Equal(21, task.Reminders.Count);
    }
}
