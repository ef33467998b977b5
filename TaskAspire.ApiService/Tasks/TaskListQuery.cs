using TaskAspire.ApiService.Paging;
using TaskAspire.Data.Tasks;

namespace TaskAspire.ApiService.Tasks;

/// <summary>What a list of tasks is asked for: filters, sort and page.</summary>
internal sealed class TaskListQuery
{
    private static readonly TaskListQuery Default = new();

    private string? _normalized;
    private string? _normalizedFilter;

    public IReadOnlyList<TaskItemStatus> Status { get; init; } = [];

    public IReadOnlyList<TaskPriority> Priority { get; init; } = [];

    /// <summary>In any of these categories.</summary>
    public IReadOnlyList<Guid> Categories { get; init; } = [];

    /// <summary>Or (or only) in none.</summary>
    public bool NoCategory { get; init; }

    /// <summary>The task they are part of.</summary>
    public Guid? ParentId { get; init; }

    /// <summary>Part of no other task.</summary>
    public bool TopLevel { get; init; }

    /// <summary>The keys of the tags (<see cref="NameKeys"/>) that a task must carry.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>One of the tags is enough.</summary>
    public bool AnyTag { get; init; }

    public DateTimeOffset? DueBefore { get; init; }

    public DateTimeOffset? DueAfter { get; init; }

    public bool? HasDueDate { get; init; }

    public bool? Overdue { get; init; }

    public SearchText? Search { get; init; }

    public TaskListSort Sort { get; init; } = TaskListSort.Default;

    public int Limit { get; init; } = PageQuery.DefaultLimit;

    public int Page { get; init; } = 1;

    public TaskCursor? Cursor { get; init; }

    /// <summary>Whether the total is asked for; null: as long as it costs little.</summary>
    public bool? Total { get; init; }

    /// <summary>What is wrong, by parameter; empty when all is well.</summary>
    public IDictionary<string, string[]> Errors { get; init; } = new Dictionary<string, string[]>(StringComparer.Ordinal);

    /// <summary>How many come before the page.</summary>
    public int Start => (Page - 1) * Limit;

    /// <summary>Whether tasks without a due date cannot be among them.</summary>
    public bool NeedsDueDate => DueBefore is not null || DueAfter is not null || HasDueDate is true || Overdue is true;

    /// <summary>Whether the tasks on all pages are counted.</summary>
    public bool IsCounted => Total ?? Cursor is null;

    /// <summary>
    /// Counting what an index tells is cheap. Whether a task has what is searched for only the task itself tells, so that is counted to the
    /// end only when asked for.
    /// </summary>
    public bool IsCountBounded => Search is not null && Total is null;

    /// <summary>For minimal APIs: never fails, so that all errors come out at once and in our words.</summary>
    public static ValueTask<TaskListQuery> BindAsync(HttpContext context) => ValueTask.FromResult(Of(context));

    /// <summary>What a request asks for; parsed once, for the cache and for the handler behind it.</summary>
    public static TaskListQuery Of(HttpContext context)
    {
        var query = context.Features.Get<TaskListQuery>();
        if (query is null)
        {
            // Most ask for nothing in particular.
            query = context.Request.QueryString.HasValue ? new TaskListQueryParser(context.Request.Query).Parse() : Default;
            context.Features.Set(query);
        }

        return query;
    }

    /// <summary>The same for all queries that ask for the same, however they are spelled, and for no others: free text is escaped.</summary>
    public string Normalized() => _normalized ??= string.Join('&', NormalizedFilter(), Sort.Key, Sort.Descending, Limit, Page, Cursor, Total);

    /// <summary>The same for all queries that the same tasks fit, whatever their order and page.</summary>
    public string NormalizedFilter() => _normalizedFilter ??= string.Join('&',
        string.Join(',', Status.Order()),
        string.Join(',', Priority.Order()),
        string.Join(',', Categories.Order()),
        NoCategory,
        ParentId,
        TopLevel,
        string.Join(',', Tags.Order(StringComparer.Ordinal).Select(Uri.EscapeDataString)),
        AnyTag,
        DueBefore?.UtcTicks,
        DueAfter?.UtcTicks,
        HasDueDate,
        Overdue,
        Search is null ? null : string.Join(',', Search.Terms.Select(Uri.EscapeDataString)));
}
