using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Npgsql;
using TaskAspire.ApiService.Json;
using TaskAspire.Data.Tasks;

namespace TaskAspire.ApiService.Tasks;

/// <summary>
/// Where a page ended: the sort, and the sort value and id of its last task. Opaque to clients; a cursor made for another sort
/// is refused. A task whose sort value changes between two pages is where it belongs then: it may come again or not at all; no
/// other task is affected by it.
/// </summary>
/// <param name="Sort">The sort.</param>
/// <param name="Value">The sort value of the last task: text, a number, or ticks of UTC; null where it has none.</param>
/// <param name="Id">The last task.</param>
internal sealed record TaskCursor(TaskListSort Sort, string? Value, Guid Id)
{
    private const char Separator = '|';
    private const char RankSeparator = '.';

    /// <summary>The value as the database compares it.</summary>
    public object Key => Sort.Key switch
    {
        TaskSortKey.Title => Value!,
        TaskSortKey.Priority => short.Parse(Value!, CultureInfo.InvariantCulture),
        _ => Time!.Value,
    };

    /// <summary>The rank, when sorted by relevance.</summary>
    public int Rank => int.Parse(Value!.Split(RankSeparator)[0], CultureInfo.InvariantCulture);

    /// <summary>The time that is sorted by; within a rank it is that of creation.</summary>
    public DateTimeOffset? Time => Value is null ? null : new DateTimeOffset(long.Parse(Value.Split(RankSeparator)[^1], CultureInfo.InvariantCulture), TimeSpan.Zero);

    /// <param name="sort">The sort.</param>
    /// <param name="last">The last task, as <see cref="TaskRow"/> has it.</param>
    /// <param name="rank">Its rank, when sorted by relevance.</param>
    public static TaskCursor After(TaskListSort sort, NpgsqlDataReader last, int rank) => new(sort, ValueOf(sort.Key, last, rank), last.GetGuid(TaskRow.Id));

    public override string ToString()
    {
        var text = string.Join(Separator, (int)Sort.Key, Sort.Descending ? 1 : 0, Id.ToString("N"), Value is null ? "" : "=" + Value);
        return Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));
    }

    public static TaskCursor? TryParse(string text)
    {
        string decoded;
        try
        {
            decoded = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(Base64Url.DecodeFromChars(text));
        }
        catch (Exception e) when (e is FormatException or ArgumentException)
        {
            return null;
        }

        var parts = decoded.Split(Separator, 4);
        if (parts.Length != 4
            || !int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var key) || !Enum.IsDefined((TaskSortKey)key)
            || parts[1] is not ("0" or "1")
            || !Guid.TryParseExact(parts[2], "N", out var id)
            || parts[3] is not "" && !parts[3].StartsWith('='))
        {
            return null;
        }

        var cursor = new TaskCursor(new TaskListSort((TaskSortKey)key, parts[1] == "1"), parts[3] is "" ? null : parts[3][1..], id);
        return cursor.HasFittingValue() ? cursor : null;
    }

    private bool HasFittingValue() => Sort.Key switch
    {
        TaskSortKey.Title => Value is not null && StrictStringConverter.IsStorable(Value),
        TaskSortKey.Priority => int.TryParse(Value, NumberStyles.None, CultureInfo.InvariantCulture, out var priority) && Enum.IsDefined((TaskPriority)priority),
        TaskSortKey.DueDate when Value is null => true,
        TaskSortKey.Relevance => Sort.Descending && Value?.Split(RankSeparator) is [var rank, var time] && int.TryParse(rank, NumberStyles.None, CultureInfo.InvariantCulture, out _) && AreTicks(time),
        _ => AreTicks(Value),
    };

    private static bool AreTicks(string? text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var ticks) && ticks <= DateTimeOffset.MaxValue.Ticks;

    private static string? ValueOf(TaskSortKey key, NpgsqlDataReader task, int rank) => key switch
    {
        TaskSortKey.Title => task.GetString(TaskRow.Title),
        TaskSortKey.Priority => task.GetInt16(TaskRow.Priority).ToString(CultureInfo.InvariantCulture),
        TaskSortKey.DueDate => task.IsDBNull(TaskRow.DueDate) ? null : Ticks(task, TaskRow.DueDate),
        TaskSortKey.UpdatedAt => Ticks(task, TaskRow.UpdatedAt),
        TaskSortKey.Relevance => string.Create(CultureInfo.InvariantCulture, $"{rank}{RankSeparator}{Ticks(task, TaskRow.CreatedAt)}"),
        _ => Ticks(task, TaskRow.CreatedAt),
    };

    private static string Ticks(NpgsqlDataReader task, int time) => task.GetDateTime(time).Ticks.ToString(CultureInfo.InvariantCulture);
}
