using Microsoft.Extensions.Primitives;
using TaskAspire.ApiService.Json;
using TaskAspire.ApiService.Paging;
using TaskAspire.ApiService.Writing;
using TaskAspire.Data.Tasks;

namespace TaskAspire.ApiService.Tasks;

/// <summary>Reads the query of a list of tasks, and collects all that is wrong with it.</summary>
internal sealed class TaskListQueryParser(IQueryCollection parameters)
{
    public const int MaxCategories = 50;
    public const string None = "none";

    private readonly Dictionary<string, string[]> _errors = new(StringComparer.Ordinal);

    public TaskListQuery Parse()
    {
        CheckNames();
        var cursor = Single("cursor", text => TaskCursor.TryParse(text) is { } c
            ? c
            : Fail<TaskCursor?>("cursor", "It is not a cursor of this API; send nextCursor of the page before."));
        var search = Single("search", ParseSearch);
        var sort = ParseSort(cursor, search);
        var categories = Words("categoryId");
        var parent = Single("parentId", text => text);
        return new TaskListQuery
        {
            Status = Enums<TaskItemStatus>("status"),
            Priority = Enums<TaskPriority>("priority"),
            Categories = ParseCategories(categories),
            NoCategory = categories.Contains(None),
            ParentId = parent is null or None ? null : Id("parentId", parent),
            TopLevel = parent == None,
            Tags = ParseTags(),
            AnyTag = Single("tagMode", ParseTagMode),
            DueBefore = Time("dueBefore"),
            DueAfter = Time("dueAfter"),
            HasDueDate = Bool("hasDueDate"),
            Overdue = Bool("overdue"),
            Search = search,
            Sort = sort,
            Limit = Number("limit", PageQuery.MaxLimit, PageQuery.DefaultLimit),
            Page = Number("page", PageQuery.MaxPage, 1),
            Cursor = cursor,
            Total = Bool("total"),
            Errors = _errors,
        };
    }

    private static readonly HashSet<string> Repeatable = new(StringComparer.Ordinal) { "status", "priority", "categoryId", "tag" };

    private static readonly HashSet<string> Known = new(StringComparer.Ordinal)
    {
        "status", "priority", "categoryId", "parentId", "tag", "tagMode", "dueBefore", "dueAfter", "hasDueDate", "overdue",
        "search", "sort", "limit", "page", "cursor", "total",
    };

    private void CheckNames()
    {
        foreach (var (name, values) in parameters)
        {
            FailIf(!Known.Contains(name), name, PageQuery.NoSuchParameter(name));
            FailIf(values.Count > 1 && !Repeatable.Contains(name), name, "Give it once.");
            FailIf(values.Any(v => v is not null && !StrictStringConverter.IsStorable(v)), name, "The text must not contain U+0000 or half of a surrogate pair.");
        }
    }

    private TaskListSort ParseSort(TaskCursor? cursor, SearchText? search)
    {
        TaskListSort? asked = Single("sort", text => TaskListSort.TryParse(text, out var sort) ? sort : Fail<TaskListSort?>("sort", TaskListSort.Expected));
        if (cursor is not null)
        {
            FailIf(parameters.ContainsKey("page"), "page", "Give either page or cursor.");
            FailIf(asked is not null && asked != cursor.Sort, "cursor", "The cursor was made for another sort; send the same sort, or none.");
        }

        var result = cursor?.Sort ?? asked ?? TaskListSort.Default;
        FailIf(result == TaskListSort.Relevance && search is null, "sort", "Without search nothing is relevant; send search, or another sort.");
        return result;
    }

    private SearchText? ParseSearch(string text)
    {
        var search = SearchText.Parse(text);
        FailIf(text.CodePoints() > SearchText.MaxLength, "search", "At most 200 characters can be searched for.");
        FailIf(search?.Terms.Count > SearchText.MaxTerms, "search", "At most 10 words can be searched for; put a phrase in double quotes to make it count as one.");
        return search;
    }

    private List<Guid> ParseCategories(List<string> words)
    {
        FailIf(words.Count > MaxCategories, "categoryId", "At most 50 categories can be asked for.");
        return [.. words.Where(w => w != None).Select(w => Id("categoryId", w)).Distinct()];
    }

    private List<string> ParseTags()
    {
        if (!Has("tag", out var values))
        {
            return [];
        }

        List<string> tags = [.. values.Select(v => NameKeys.Of(v ?? "")).Distinct()];
        FailIf(!values.All(TagNames.IsName) || tags.Count > TaskRequest.MaxTags, "tag", "Give the name of a tag, 1 to 50 characters, at most 50 times.");
        return tags;
    }

    private bool ParseTagMode(string text)
    {
        FailIf(text is not ("all" or "any"), "tagMode", "all or any is expected.");
        return text == "any";
    }

    private List<T> Enums<T>(string name)
        where T : struct, Enum
    {
        var result = new List<T>();
        foreach (var word in Words(name))
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

        return result;
    }

    private Guid Id(string name, string text) =>
        Guid.TryParseExact(text, "D", out var id) ? id : Fail<Guid>(name, $"A UUID or {None} is expected.");

    private DateTimeOffset? Time(string name) => Single<DateTimeOffset?>(name, text =>
        Rfc3339Converter.TryParseQuery(text, out var time)
            ? time
            : Fail<DateTimeOffset?>(name, Rfc3339Converter.Expected));

    private bool? Bool(string name) => Single<bool?>(name, text => text switch
    {
        "true" => true,
        "false" => false,
        _ => Fail<bool?>(name, "true or false is expected."),
    });

    private int Number(string name, int max, int fallback) =>
        Single<int?>(name, text => PageQuery.TryParse(text, max) ?? Fail<int?>(name, PageQuery.Expected(max))) ?? fallback;

    /// <summary>The values of a parameter that can be given several times or with commas.</summary>
    private List<string> Words(string name) =>
        Has(name, out var values) ? [.. values.SelectMany(v => (v ?? "").Split(',')).Distinct()] : [];

    private T? Single<T>(string name, Func<string, T> parse) => Has(name, out var values) ? parse(values[0] ?? "") : default;

    /// <summary>Whether a parameter is given, with nothing wrong about it yet.</summary>
    private bool Has(string name, out StringValues values) => parameters.TryGetValue(name, out values) && values.Count > 0 && !_errors.ContainsKey(name);

    private void FailIf(bool wrong, string name, string message)
    {
        if (wrong)
        {
            Fail(name, message);
        }
    }

    private void Fail(string name, string message) => _errors[name] = [message];

    private T? Fail<T>(string name, string message)
    {
        Fail(name, message);
        return default;
    }
}
