using TaskAspire.Data.Tasks;

namespace TaskAspire.ApiService.Tasks;

/// <summary>
/// The tasks of a user that a list asks for, as conditions on <c>tasks t</c>. Those on columns are decided within whichever index a
/// list is read from, since all of them are part of each (<c>TaskItemConfiguration</c>).
/// </summary>
internal sealed class TaskFilter
{
    private readonly SqlParameters _parameters;
    private readonly List<string> _columns = [];
    private readonly List<string> _tags = [];
    private readonly List<string> _tagsOfOne = [];
    private readonly List<string> _indexedSearch = [];
    private readonly List<string> _walkedSearch = [];

    public TaskFilter(Guid userId, TaskListQuery query, DateTimeOffset now, SqlParameters parameters)
    {
        _parameters = parameters;
        var user = parameters.Add(userId);
        _columns.Add($"t.user_id = {user} AND t.deleted_at IS NULL");
        AddColumns(query);
        AddDueDate(query, now);
        AddTags(query, user);
        if (query.Search is { } search)
        {
            AddSearch(search);
        }
    }

    /// <summary>For a statement that finds the tasks in the index of the search, where that has any of it.</summary>
    public string ByIndex => All(_columns, _tags, _indexedSearch);

    /// <summary>For a statement that walks the tasks in some order and tests each of them.</summary>
    public string ByWalk => All(_columns, _tags, _walkedSearch);

    /// <summary>What an index tells: all but tags and search.</summary>
    public string ByColumns => All(_columns);

    /// <summary>The rest, for a statement that looks at a few tasks and asks about each of them by itself; null when there is no rest.</summary>
    public string? OfOne => _tagsOfOne.Count + _walkedSearch.Count > 0 ? All(_tagsOfOne, _walkedSearch) : null;

    private static string All(params IEnumerable<string>[] conditions) => string.Join(" AND ", conditions.SelectMany(c => c));

    private void AddColumns(TaskListQuery query)
    {
        if (query.Status.Count > 0)
        {
            _columns.Add($"t.status = ANY ({_parameters.Add(query.Status.Select(s => s.ToDatabase()).ToArray())})");
        }

        if (query.Priority.Count > 0)
        {
            _columns.Add($"t.priority = ANY ({_parameters.Add(query.Priority.Select(p => (short)p).ToArray())})");
        }

        if (query.Categories.Count > 0)
        {
            var inOne = $"t.category_id = ANY ({_parameters.Add(query.Categories.ToArray())})";
            _columns.Add(query.NoCategory ? $"({inOne} OR t.category_id IS NULL)" : inOne);
        }
        else if (query.NoCategory)
        {
            _columns.Add("t.category_id IS NULL");
        }

        if (query.ParentId is { } parent)
        {
            _columns.Add($"t.parent_id = {_parameters.Add(parent)}");
        }
        else if (query.TopLevel)
        {
            _columns.Add("t.parent_id IS NULL");
        }
    }

    private void AddDueDate(TaskListQuery query, DateTimeOffset now)
    {
        if (query.DueBefore is { } before)
        {
            _columns.Add($"t.due_date < {_parameters.Add(before.ToUniversalTime())}");
        }

        if (query.DueAfter is { } after)
        {
            _columns.Add($"t.due_date >= {_parameters.Add(after.ToUniversalTime())}");
        }

        if (query.HasDueDate is { } has)
        {
            _columns.Add(has ? "t.due_date IS NOT NULL" : "t.due_date IS NULL");
        }

        if (query.Overdue is { } overdue)
        {
            var time = _parameters.Add(now.ToUniversalTime());
            _columns.Add(overdue
                ? $"t.due_date < {time} AND t.status = ANY ('{{todo,in_progress}}')"
                : $"(t.due_date IS NULL OR t.due_date >= {time} OR t.status = ANY ('{{done,cancelled}}'))");
        }
    }

    /// <summary>
    /// COALESCE keeps PostgreSQL from turning the question about a task into a join, which would fetch and sort all tasks with the tag;
    /// this way the tag's tasks are read once from its index into a hash table, or looked up one by one when that costs less.
    /// </summary>
    private void AddTags(TaskListQuery query, string user)
    {
        string[][] groups = query.AnyTag ? [[.. query.Tags]] : [.. query.Tags.Select(t => new[] { t })];
        foreach (var keys in groups.Where(g => g.Length > 0))
        {
            var carried = $"""
                FROM task_tags x WHERE x.task_id = t.id
                    AND x.tag_id = ANY (ARRAY(SELECT g.id FROM tags g WHERE g.user_id = {user} AND g.name_key = ANY ({_parameters.Add(keys)})))
                """;
            _tags.Add($"COALESCE(EXISTS (SELECT {carried}), false)");
            // A value, not whether there is one: that PostgreSQL looks up for each task.
            _tagsOfOne.Add($"(SELECT true {carried} LIMIT 1) IS TRUE");
        }
    }

    private void AddSearch(SearchText search)
    {
        foreach (var term in search.Terms)
        {
            var pattern = _parameters.Add($"%{SearchText.Pattern(term)}%");
            var contains = $"(t.title ILIKE {pattern} OR t.description ILIKE {pattern})";
            // Besides hiding the condition from the index, this has PostgreSQL guess that half of the tasks fit, not hardly any.
            var asked = $"COALESCE({contains}, false)";
            _walkedSearch.Add(asked);
            _indexedSearch.Add(SearchText.IsIndexed(term) ? contains : asked);
        }
    }
}
