namespace TaskAspire.ApiService.Tasks;

/// <summary>What a list can be sorted by. "-" before the name turns it round.</summary>
internal enum TaskSortKey
{
    CreatedAt,
    DueDate,
    Priority,
    UpdatedAt,
    Title,
}

internal readonly record struct TaskListSort(TaskSortKey Key, bool Descending)
{
    public static readonly TaskListSort Default = new(TaskSortKey.CreatedAt, Descending: true);

    public static readonly IReadOnlyDictionary<string, TaskSortKey> Keys = new Dictionary<string, TaskSortKey>(StringComparer.Ordinal)
    {
        ["createdAt"] = TaskSortKey.CreatedAt,
        ["dueDate"] = TaskSortKey.DueDate,
        ["priority"] = TaskSortKey.Priority,
        ["updatedAt"] = TaskSortKey.UpdatedAt,
        ["title"] = TaskSortKey.Title,
    };

    public static bool TryParse(string text, out TaskListSort sort)
    {
        var descending = text.StartsWith('-');
        var known = Keys.TryGetValue(descending ? text[1..] : text, out var key);
        sort = new TaskListSort(key, descending);
        return known;
    }
}
