namespace TaskAspire.ApiService.Tasks;

/// <summary>What a list can be sorted by. "-" before the name turns it round.</summary>
internal enum TaskSortKey
{
    CreatedAt,
    DueDate,
    Priority,
    UpdatedAt,
    Title,

    /// <summary>How well a task fits the search; best first, and newest first among equals.</summary>
    Relevance,
}

internal readonly record struct TaskListSort(TaskSortKey Key, bool Descending)
{
    public static readonly TaskListSort Default = new(TaskSortKey.CreatedAt, Descending: true);

    /// <summary>Nobody asks for the worst first, so it has one direction and one name.</summary>
    public static readonly TaskListSort Relevance = new(TaskSortKey.Relevance, Descending: true);

    private const string RelevanceName = "relevance";

    private static readonly Dictionary<string, TaskSortKey> Keys = new(StringComparer.Ordinal)
    {
        ["createdAt"] = TaskSortKey.CreatedAt,
        ["dueDate"] = TaskSortKey.DueDate,
        ["priority"] = TaskSortKey.Priority,
        ["updatedAt"] = TaskSortKey.UpdatedAt,
        ["title"] = TaskSortKey.Title,
    };

    /// <summary>All that a list can be asked for.</summary>
    public static IEnumerable<string> Names => Keys.Keys.SelectMany(k => new[] { k, "-" + k }).Append(RelevanceName);

    /// <summary>What to send instead of something else, for a message.</summary>
    public static string Expected => $"One of {string.Join(", ", Keys.Keys)} is expected, with - before it for descending, or {RelevanceName}.";

    public static bool TryParse(string text, out TaskListSort sort)
    {
        if (text == RelevanceName)
        {
            sort = Relevance;
            return true;
        }

        var descending = text.StartsWith('-');
        var known = Keys.TryGetValue(descending ? text[1..] : text, out var key);
        sort = new TaskListSort(key, descending);
        return known;
    }
}
