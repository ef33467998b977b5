using Microsoft.Extensions.Primitives;
using TaskAspire.ApiService.Json;
using TaskAspire.ApiService.Paging;
using TaskAspire.Data.Tasks;

namespace TaskAspire.ApiService.Tasks;

/// <summary>What a list of tasks is asked for: filters, sort and page.</summary>
internal sealed class TaskListQuery
{
    private const int MaxSearchLength = 200;

    private readonly Dictionary<string, string[]> _errors = new(StringComparer.Ordinal);

    public IReadOnlyList<TaskItemStatus> Status { get; private set; } = [];

    public IReadOnlyList<TaskPriority> Priority { get; private set; } = [];

    public Guid? CategoryId { get; private set; }

    /// <summary>The keys of the tags (<see cref="NameKeys"/>), all of which a task must carry.</summary>
    public IReadOnlyList<string> Tags { get; private set; } = [];

    public DateTimeOffset? DueBefore { get; private set; }

    public DateTimeOffset? DueAfter { get; private set; }

    public bool? Overdue { get; private set; }

    public string? Search { get; private set; }

    public TaskListSort Sort { get; private set; } = TaskListSort.Default;

    public int Limit { get; private set; } = PageQuery.DefaultLimit;

    public int Page { get; private set; } = 1;

    public TaskCursor? Cursor { get; private set; }

    /// <summary>What is wrong, by parameter; empty when all is well.</summary>
    public IDictionary<string, string[]> Errors => _errors;

    /// <summary>For minimal APIs: never fails, so that all errors come out at once and in our words.</summary>
    public static ValueTask<TaskListQuery> BindAsync(HttpContext context) => ValueTask.FromResult(Of(context));

    /// <summary>What a request asks for; parsed once, for the cache and for the handler behind it.</summary>
    public static TaskListQuery Of(HttpContext context)
    {
        var query = context.Features.Get<TaskListQuery>();
        if (query is null)
        {
            query = Parse(context.Request.Query);
            context.Features.Set(query);
        }

        return query;
    }

    private static TaskListQuery Parse(IQueryCollection parameters)
    {
        var query = new TaskListQuery();
        foreach (var (name, values) in parameters)
        {
            if (values.Any(v => v is not null && !StrictStringConverter.IsStorable(v)))
            {
                query.Fail(name, "The text must not contain U+0000 or half of a surrogate pair.");
            }
            else
            {
                query.Take(name, values);
            }
        }

        if (query.Cursor is not null)
        {
            query.CheckCursor(parameters);
        }

        return query;
    }

    /// <summary>The same for all queries that ask for the same, however they are spelled.</summary>
    public string Normalized() => string.Join('&',
        string.Join(',', Status.Order()), string.Join(',', Priority.Order()), CategoryId, string.Join('\u001f', Tags.Order(StringComparer.Ordinal)),
        DueBefore?.UtcTicks, DueAfter?.UtcTicks, Overdue, Sort.Key, Sort.Descending, Limit, Page, Cursor, Search);

    private void Take(string name, StringValues values)
    {
        switch (name)
        {
            case "status":
                Status = TakeAll<TaskItemStatus>(name, values);
                break;
            case "priority":
                Priority = TakeAll<TaskPriority>(name, values);
                break;
            case "tag":
                Tags = [.. values.Where(v => !string.IsNullOrWhiteSpace(v)).Select(v => NameKeys.Of(v!)).Distinct()];
                FailIf(Tags.Count is 0 or > TaskRequest.MaxTags, name, "Give the name of a tag, at most 50 times.");
                break;
            default:
                FailIf(values.Count > 1, name, "Give it once.");
                TakeSingle(name, values[0] ?? "");
                break;
        }
    }

    private void TakeSingle(string name, string value)
    {
        switch (name)
        {
            case "categoryId":
                CategoryId = Guid.TryParse(value, out var id) ? id : Fail<Guid?>(name, "A UUID is expected.");
                break;
            case "dueBefore":
                DueBefore = TakeTime(name, value);
                break;
            case "dueAfter":
                DueAfter = TakeTime(name, value);
                break;
            case "overdue":
                Overdue = value is "true" ? true : value is "false" ? false : Fail<bool?>(name, "true or false is expected.");
                break;
            case "search":
                FailIf(value.Length > MaxSearchLength, name, "At most 200 characters can be searched for.");
                Search = string.IsNullOrWhiteSpace(value) ? null : value.Trim();
                break;
            case "sort":
                Sort = TaskListSort.TryParse(value, out var sort)
                    ? sort
                    : Fail(name, $"One of {string.Join(", ", TaskListSort.Keys.Keys)} is expected, with - before it for descending.", Sort);
                break;
            case "limit":
                Limit = TakeNumber(name, value, PageQuery.MaxLimit, PageQuery.DefaultLimit);
                break;
            case "page":
                Page = TakeNumber(name, value, PageQuery.MaxPage, 1);
                break;
            case "cursor":
                Cursor = TaskCursor.TryParse(value) ?? Fail<TaskCursor?>(name, "It is not a cursor of this API; send nextCursor of the page before.");
                break;
            default:
                Fail(name, "There is no such parameter.");
                break;
        }
    }

    private void CheckCursor(IQueryCollection parameters)
    {
        FailIf(parameters.ContainsKey("page"), "page", "Give either page or cursor.");
        FailIf(parameters.ContainsKey("sort") && Sort != Cursor!.Sort, "cursor", "The cursor was made for another sort; send the same sort, or none.");
        Sort = Cursor!.Sort;
    }

    private List<T> TakeAll<T>(string name, StringValues values)
        where T : struct, Enum
    {
        var result = new List<T>();
        foreach (var word in values.SelectMany(v => (v ?? "").Split(',')))
        {
            if (EnumWords.TryParse<T>(word, out var value))
            {
                result.Add(value);
            }
            else
            {
                Fail(name, $"Any of {EnumWords.List<T>()} is expected, separated by commas or given several times.");
            }
        }

        return [.. result.Distinct()];
    }

    private DateTimeOffset? TakeTime(string name, string value) =>
        // An unescaped + of an offset arrives as a blank.
        Rfc3339Converter.TryParse(value.Length > 6 && value[^6] == ' ' ? $"{value[..^6]}+{value[^5..]}" : value, out var time)
            ? time
            : Fail<DateTimeOffset?>(name, Rfc3339Converter.Expected);

    private int TakeNumber(string name, string value, int max, int fallback) =>
        PageQuery.TryParse(value, max) ?? Fail(name, PageQuery.Expected(max), fallback);

    private void FailIf(bool wrong, string name, string message)
    {
        if (wrong)
        {
            Fail(name, message);
        }
    }

    private void Fail(string name, string message) => _errors[name] = [message];

    private T? Fail<T>(string name, string message, T? fallback = default)
    {
        Fail(name, message);
        return fallback;
    }
}
