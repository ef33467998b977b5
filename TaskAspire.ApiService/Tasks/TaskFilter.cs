using TaskAspire.Data.Tasks;

namespace TaskAspire.ApiService.Tasks;

/// <summary>
/// The tasks of a user that a list asks for, as conditions on <c>tasks t</c>. Those on columns are decided within whichever index a
/// list is read from, since all of them are part of each (<c>TaskItemConfiguration</c>).
/// </summary>
internal sealed class TaskFilter
{
    private readonly SqlParameters _parameters;
    private readonly List<string> _conditions = [];
    private readonly List<string> _indexedSearch = [];
    private readonly List<string> _walkedSearch = [];

    public TaskFilter(Guid userId, TaskListQuery query, DateTimeOffset now, SqlParameters parameters)
    {
        _parameters = parameters;
        var user = parameters.Add(userId);
        _conditions.Add($"t.user_id = {user} AND t.deleted_at IS NULL");
        AddColumns(query);
        AddDueDate(query, now);
        AddTags(query, user);
        if (query.Search is { } search)
        {
            AddSearch(search);
        }
    }

    /// <summary>For a statement that finds the tasks in the index of the search, where that has any of it.</summary>
    public string ByIndex => string.Join(" AND ", _conditions.Concat(_indexedSearch));

    /// <summary>For a statement that goes through the tasks in some order, and only asks about the one that is at hand.</summary>
    public string ByWalk => string.Join(" AND ", _conditions.Concat(_walkedSearch));

    private void AddColumns(TaskListQuery query)
    {
        if (query.Status.Count > 0)
        {
            _conditions.Add($"t.status = ANY ({_parameters.Add(query.Status.Select(s => s.ToDatabase()).ToArray())})");
        }

        if (query.Priority.Count > 0)
        {
            _conditions.Add($"t.priority = ANY ({_parameters.Add(query.Priority.Select(p => (short)p).ToArray())})");
        }

        if (query.Categories.Count > 0)
        {
            var inOne = $"t.category_id = ANY ({_parameters.Add(query.Categories.ToArray())})";
            _conditions.Add(query.NoCategory ? $"({inOne} OR t.category_id IS NULL)" : inOne);
        }
        else if (query.NoCategory)
        {
            _conditions.Add("t.category_id IS NULL");
        }

        if (query.ParentId is { } parent)
        {
            _conditions.Add($"t.parent_id = {_parameters.Add(parent)}");
        }
        else if (query.TopLevel)
        {
            _conditions.Add("t.parent_id IS NULL");
        }
    }

    private void AddDueDate(TaskListQuery query, DateTimeOffset now)
    {
        if (query.DueBefore is { } before)
        {
            _conditions.Add($"t.due_date < {_parameters.Add(before.ToUniversalTime())}");
        }

        if (query.DueAfter is { } after)
        {
            _conditions.Add($"t.due_date >= {_parameters.Add(after.ToUniversalTime())}");
        }

        if (query.HasDueDate is { } has)
        {
            _conditions.Add(has ? "t.due_date IS NOT NULL" : "t.due_date IS NULL");
        }

        if (query.Overdue is { } overdue)
        {
            var time = _parameters.Add(now.ToUniversalTime());
            _conditions.Add(overdue
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
            _conditions.Add($"""
                COALESCE(EXISTS (SELECT FROM task_tags x WHERE x.task_id = t.id
                    AND x.tag_id = ANY (ARRAY(SELECT g.id FROM tags g WHERE g.user_id = {user} AND g.name_key = ANY ({_parameters.Add(keys)})))), false)
                """);
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
