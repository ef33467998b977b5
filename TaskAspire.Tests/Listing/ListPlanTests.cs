using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Npgsql;
using TaskAspire.ApiService.Availability;
using TaskAspire.ApiService.Json;
using TaskAspire.ApiService.Reading;
using TaskAspire.ApiService.Tasks;
using TaskAspire.Tests.Fixtures;

namespace TaskAspire.Tests.Listing;

/// <summary>
/// Every filter and each two of them, with every sort, for a user of 100,000 tasks: no table is scanned, no more rows are sorted than a
/// stated number, and no more pages are looked at than the user's part of one index has.
/// </summary>
public sealed class ListPlanTests(BackingServices services)
{
    /// <summary>
    /// A walk through all of the user's entries of an index is 1,500 to 2,400 pages of 8 kB, the tasks of the most common tag 600 more, and a
    /// page of 20 tasks with all that belongs to them 300.
    /// </summary>
    private const int MaxBuffers = 3_500;

    /// <summary>Before that, 500 tasks are asked one by one for their tags: three pages of an index each.</summary>
    private const int MaxTagBuffers = MaxBuffers + 1_700;

    /// <summary>Whether a task has what is searched for only the task itself tells, so tasks are fetched: at most these many pages.</summary>
    private const int MaxSearchBuffers = 12_000;

    /// <summary>Before PostgreSQL 17 an index is walked over the priorities that nobody asked for, too.</summary>
    private const int MaxSearchBuffersBefore17 = 16_000;

    /// <summary>Two letters are in no index of trigrams, so each of the user's tasks may have to be looked at; but nobody else's.</summary>
    private const int MaxShortSearchBuffers = LargeUser.TaskCount + MaxBuffers;

    /// <summary>A page with nothing to filter by, or with something that half of the tasks fit, costs its tasks and little more.</summary>
    private const int MaxCommonBuffers = 1_200;

    private const int MaxSortMemory = 4_096;

    private const string ShortSearch = "search=it";

    private static readonly string[] Filters =
    [
        "status=cancelled", "status=todo,in_progress", "priority=urgent", "priority=none,medium",
        $"categoryId={Category(9)}", $"categoryId={Category(1)},{Category(2)}", "categoryId=none", $"categoryId=none,{Category(3)}",
        $"parentId={LargeUserTask(500)}", "parentId=none", "tag=half", "tag=rare", "tag=early", "tag=half&tag=tenth", "tag=rare&tag=early&tagMode=any", "tag=unknown",
        "dueBefore=2026-02-01T00:00:00Z", "dueAfter=2026-06-01T00:00:00Z&dueBefore=2026-06-02T00:00:00Z", "hasDueDate=false", "overdue=true", "overdue=false",
        "search=needle", "search=common", "search=unknown", ShortSearch,
    ];

    private static readonly DateTimeOffset Now = new(2026, 11, 1, 0, 0, 0, TimeSpan.Zero);

    public static TheoryData<string> Sorts => [.. TaskListSort.Names];

    [Theory]
    [MemberData(nameof(Sorts))]
    public async Task Every_combination_is_served_by_an_index(string sort)
    {
        await using var connection = await OpenAsync();
        var wrong = new List<string>();
        // Of the pairs, every other with a sort and the rest with its reverse.
        foreach (var (i, filter) in Combinations().Index().Where(f => sort != "relevance" || f.Item.Contains("search", StringComparison.Ordinal)))
        {
            if (filter != "" && !Filters.Contains(filter) && i % 2 == (sort.StartsWith('-') ? 0 : 1))
            {
                continue;
            }

            // What counting costs has a test of its own.
            var query = Parse($"{filter}&sort={sort}&total=false");
            wrong.AddRange(await CheckAsync(connection, query, $"{filter}&sort={sort}"));
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Theory]
    [MemberData(nameof(Sorts))]
    public async Task So_is_the_page_after_a_cursor_and_what_it_says_is_right(string sort)
    {
        var database = await LargeUser.On(services).GetDatabaseAsync();
        await using var connection = await OpenAsync();
        await using var source = NpgsqlDataSource.Create(database);
        var wrong = new List<string>();
        foreach (var filter in Filters.Where(f => sort != "relevance" || f.Contains("search", StringComparison.Ordinal)))
        {
            var text = $"{filter}&sort={sort}";
            var first = await ListAsync(source, Parse(text + "&limit=60"));
            var page = await ListAsync(source, Parse(text + "&limit=30"));
            if (page.NextCursor is null)
            {
                continue;
            }

            var next = Parse($"{text}&limit=30&cursor={page.NextCursor}");
            wrong.AddRange(await CheckAsync(connection, next, $"{text} after a cursor"));
            var rest = await ListAsync(source, next);
            Assert.Equal(first.Items.Select(t => t.Id), page.Items.Concat(rest.Items).Select(t => t.Id));
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Fact]
    public async Task A_total_is_counted_in_an_index()
    {
        await using var connection = await OpenAsync();
        var wrong = new List<string>();
        foreach (var filter in Combinations())
        {
            var plan = await ListPlan.OfAsync(connection, TaskListSql.Set(Parse(filter)), TaskListSql.Count(LargeUser.Id, Parse(filter), Now));
            if (plan.Scans || plan.Buffers > BufferLimit(filter, connection))
            {
                wrong.Add($"{filter}: {plan.Buffers} buffers: {plan.Text}");
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Fact]
    public async Task A_list_that_is_asked_for_again_and_again_is_still_planned_for_its_values()
    {
        var (custom, generic) = await PlansOfAsync("status=todo&sort=title");
        Assert.True(custom >= 10);
        Assert.Equal(0, generic);
    }

    [Theory]
    [MemberData(nameof(Sorts))]
    public async Task A_list_without_filters_is_planned_once_and_as_well(string sort)
    {
        if (sort == "relevance")
        {
            return;
        }

        foreach (var total in (string[])["true", "false"])
        {
            var (custom, generic) = await PlansOfAsync($"sort={sort}&total={total}");
            Assert.Equal(0, custom);
            Assert.True(generic > 0);
        }

        await using var connection = await OpenAsync();
        var query = Parse($"sort={sort}&total=false");
        var plan = await ListPlan.OfAsync(connection, TaskListSql.SetCommonPlan(), TaskListSql.Page(LargeUser.Id, query, Now, query.IsCounted));
        Assert.False(plan.Scans, plan.Text);
        Assert.InRange(plan.Buffers, 0, MaxCommonBuffers);
    }

    [Theory]
    [InlineData("")]
    [InlineData("status=todo")]
    public async Task A_total_is_counted_once_as_long_as_nothing_is_written(string filter)
    {
        await using var source = NpgsqlDataSource.Create(await LargeUser.On(services).GetDatabaseAsync());
        using var totals = new TaskTotals();
        var page = await ListAsync(source, Parse($"{filter}&total=true&limit=5"), totals, "before");
        Assert.Equal(page.Total, totals.Find("before", Parse($"{filter}&sort=title&limit=7")));

        // As if it had been counted, so that it can be told from what is counted.
        totals.Keep("after", Parse(filter), 42);
        foreach (var other in (string[])["", "&sort=-title", "&limit=5&page=3", "&limit=100&page=2000", $"&cursor={page.NextCursor}"])
        {
            Assert.Equal(42, (await ListAsync(source, Parse($"{filter}{other}&total=true"), totals, "after")).Total);
            Assert.Equal(page.Total, (await ListAsync(source, Parse($"{filter}{other}&total=true"), totals, version: null)).Total);
        }

        Assert.Null((await ListAsync(source, Parse($"{filter}&total=false"), totals, "after")).Total);
        Assert.NotEqual(42, (await ListAsync(source, Parse($"{filter}&priority=high"), totals, "after")).Total);
    }

    private async Task<(decimal Custom, decimal Generic)> PlansOfAsync(string text)
    {
        // One connection, so that all of them are prepared on it, and can be asked for.
        var database = new NpgsqlConnectionStringBuilder(await LargeUser.On(services).GetDatabaseAsync()) { MaxAutoPrepare = 20, AutoPrepareMinUsages = 2, MaxPoolSize = 1 };
        await using var source = NpgsqlDataSource.Create(database);
        for (var i = 0; i < 12; i++)
        {
            await ListAsync(source, Parse(text));
        }

        await using var plans = source.CreateCommand(
            "SELECT sum(custom_plans), sum(generic_plans) FROM pg_prepared_statements WHERE statement LIKE '%FROM tasks t%'");
        await using var row = await plans.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        await row.ReadAsync(TestContext.Current.CancellationToken);
        return (row.GetDecimal(0), row.GetDecimal(1));
    }

    private static async Task<TaskListResponse> ListAsync(NpgsqlDataSource source, TaskListQuery query)
    {
        using var totals = new TaskTotals();
        return await ListAsync(source, query, totals, version: null);
    }

    private static async Task<TaskListResponse> ListAsync(NpgsqlDataSource source, TaskListQuery query, TaskTotals totals, string? version)
    {
        using var connections = new ConnectionQueue(source);
        var lists = new TaskLists(new DatabaseReads(source, connections), totals, TimeProvider.System);
        var body = await lists.ReadAsync(LargeUser.Id, query, version, TestContext.Current.CancellationToken);
        var page = JsonSerializer.Deserialize<TaskListResponse>(body.Written.Span, ApiJson.Options)!;
        body.Return();
        return page;
    }

    private static async Task<List<string>> CheckAsync(NpgsqlConnection connection, TaskListQuery query, string text)
    {
        Assert.Empty(query.Errors);
        var plan = await ListPlan.OfAsync(connection, TaskListSql.Set(query), TaskListSql.Page(LargeUser.Id, query, Now, query.IsCounted));
        var isRanked = query.Sort == TaskListSort.Relevance;
        var maxBuffers = IsCommon(text) ? MaxCommonBuffers : BufferLimit(text, connection);
        var wrong = new List<string>();
        if (plan.Scans)
        {
            wrong.Add($"{text}: a table is scanned: {plan.Text}");
        }

        if (plan.Buffers > maxBuffers)
        {
            wrong.Add($"{text}: {plan.Buffers} buffers, more than {maxBuffers}: {plan.Text}");
        }

        if (!isRanked && plan.LargestSort > TaskListSql.MaxSortedHits || plan.SortMemory > MaxSortMemory)
        {
            wrong.Add($"{text}: {plan.LargestSort} rows sorted in {plan.SortMemory} kB: {plan.Text}");
        }

        return wrong;
    }

    private static int BufferLimit(string text, NpgsqlConnection connection) =>
        text.Contains(ShortSearch, StringComparison.Ordinal) ? MaxShortSearchBuffers
        : text.Contains("search=", StringComparison.Ordinal) ? (connection.PostgreSqlVersion.Major < 17 ? MaxSearchBuffersBefore17 : MaxSearchBuffers)
        : text.Contains("tag=", StringComparison.Ordinal) ? MaxTagBuffers
        : MaxBuffers;

    private static bool IsCommon(string text) =>
        text.StartsWith('&') || new[] { "status=todo", "priority=none", "parentId=none&sort", "overdue=" }.Any(f => text.StartsWith(f, StringComparison.Ordinal) && text.Count(c => c == '&') == 1);

    private static IEnumerable<string> Combinations()
    {
        yield return "";
        for (var i = 0; i < Filters.Length; i++)
        {
            yield return Filters[i];
            for (var j = i + 1; j < Filters.Length; j++)
            {
                // A short search takes its time, and is alike with all others.
                if (Filters[j] == ShortSearch || Names(Filters[i]).Intersect(Names(Filters[j])).Any())
                {
                    continue;
                }

                yield return $"{Filters[i]}&{Filters[j]}";
            }
        }
    }

    private static IEnumerable<string> Names(string filter) => filter.Split('&').Select(p => p.Split('=')[0]);

    private static TaskListQuery Parse(string text) => new TaskListQueryParser(new QueryCollection(QueryHelpers.ParseQuery(text))).Parse();

    private static Guid Category(int number) => Md5($"category0-{number}");

    private static Guid LargeUserTask(int number) => Md5($"task{number}");

    /// <summary>As the seed makes its ids.</summary>
#pragma warning disable CA5351 // No secret depends on it.
    private static Guid Md5(string name) =>
        Guid.ParseExact(Convert.ToHexStringLower(System.Security.Cryptography.MD5.HashData(System.Text.Encoding.UTF8.GetBytes(name))), "N");
#pragma warning restore CA5351

    private async Task<NpgsqlConnection> OpenAsync()
    {
        var connection = new NpgsqlConnection(await LargeUser.On(services).GetDatabaseAsync());
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        return connection;
    }
}
