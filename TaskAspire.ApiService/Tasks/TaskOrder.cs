using TaskAspire.Data.Tasks;

namespace TaskAspire.ApiService.Tasks;

/// <summary>
/// The order of a list, made total by the id, and where a page begins in it. Row-value comparison (<c>(a, b) &gt; (x, y)</c>) is
/// what lets PostgreSQL start reading the index right there. Tasks without due date come last in both directions.
/// </summary>
/// <param name="sort">The sort.</param>
/// <param name="key">The expression that is sorted by.</param>
internal sealed class TaskOrder(TaskListSort sort, string key)
{
    /// <summary>What is sorted by, of <c>tasks t</c>.</summary>
    public string Key => key;

    private string Direction => sort.Descending ? "DESC" : "ASC";

    private string Beyond => sort.Descending ? "<" : ">";

    public static TaskOrder Of(TaskListSort sort, SearchText? search, SqlParameters parameters) => new(sort, sort.Key switch
    {
        TaskSortKey.DueDate => "t.due_date",
        TaskSortKey.Priority => "t.priority",
        TaskSortKey.UpdatedAt => "t.updated_at",
        TaskSortKey.Title => $"t.title COLLATE \"{TaskItem.TitleCollation}\"",
        TaskSortKey.Relevance => Rank(search!, parameters),
        _ => "t.created_at",
    });

    /// <summary>The order of rows that have the columns <c>key</c> and <c>id</c> (and <c>created_at</c> when sorted by relevance).</summary>
    public string By(string row) => sort.Key == TaskSortKey.Relevance
        ? $"{row}.key DESC, {row}.created_at DESC, {row}.id DESC"
        : $"{row}.key {Direction} NULLS LAST, {row}.id {Direction}";

    /// <summary>The order of <c>tasks t</c>, as its indexes have it.</summary>
    public string ByIndex => $"{key} {Direction}, t.id {Direction}";

    /// <summary>Of rows with the columns <c>key</c> and <c>id</c>, those after a cursor.</summary>
    public string After(string row, TaskCursor cursor, SqlParameters parameters)
    {
        if (sort.Key == TaskSortKey.Relevance)
        {
            return $"({row}.key, {row}.created_at, {row}.id) < ({parameters.Add(cursor.Rank)}, {parameters.Add(cursor.Time!.Value)}, {parameters.Add(cursor.Id)})";
        }

        var after = AfterKey($"{row}.key", $"{row}.id", cursor, parameters);
        return sort.Key == TaskSortKey.DueDate && cursor.Value is not null ? $"({after} OR {row}.key IS NULL)" : after;
    }

    /// <summary>Of <c>tasks t</c>, those after a cursor; sorted by due date, only as long as there is one.</summary>
    public string After(TaskCursor cursor, SqlParameters parameters) => AfterKey(key, "t.id", cursor, parameters);

    private string AfterKey(string value, string id, TaskCursor cursor, SqlParameters parameters) => cursor.Value is null
        ? $"{value} IS NULL AND {id} {Beyond} {parameters.Add(cursor.Id)}"
        : $"({value}, {id}) {Beyond} ({parameters.Add(cursor.Key)}, {parameters.Add(cursor.Id)})";

    /// <summary>4: the title is what was searched for; 3: it has all of it as words of its own; 2: within words; 1: the description has to help.</summary>
    private static string Rank(SearchText search, SqlParameters parameters)
    {
        var whole = parameters.Add(SearchText.Pattern(search.Whole));
        var words = parameters.Add(search.Terms.Select(SearchText.WordPattern).ToArray());
        var parts = parameters.Add(search.Terms.Select(t => $"%{SearchText.Pattern(t)}%").ToArray());
        return $"CASE WHEN t.title ILIKE {whole} THEN 4 WHEN t.title ~* ALL ({words}) THEN 3 WHEN t.title ILIKE ALL ({parts}) THEN 2 ELSE 1 END";
    }
}
