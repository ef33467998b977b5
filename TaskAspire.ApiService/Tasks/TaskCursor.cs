using System.Buffers.Text;
using System.Globalization;
using System.Text;
using TaskAspire.ApiService.Json;
using TaskAspire.Data.Tasks;

namespace TaskAspire.ApiService.Tasks;

/// <summary>
/// Where a page ended: the sort, and the sort value and id of its last task. Opaque to clients; a cursor made for another sort
/// is refused.
/// </summary>
internal sealed record TaskCursor(TaskListSort Sort, string? Value, Guid Id)
{
    private const char Separator = '|';

    public DateTimeOffset? Time => Value is null ? null : new DateTimeOffset(long.Parse(Value, CultureInfo.InvariantCulture), TimeSpan.Zero);

    public TaskPriority Priority => (TaskPriority)int.Parse(Value!, CultureInfo.InvariantCulture);

    public static TaskCursor After(TaskListSort sort, TaskItem last) => new(sort, ValueOf(sort.Key, last), last.Id);

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
        _ => long.TryParse(Value, NumberStyles.None, CultureInfo.InvariantCulture, out var ticks) && ticks <= DateTimeOffset.MaxValue.Ticks,
    };

    private static string? ValueOf(TaskSortKey key, TaskItem task) => key switch
    {
        TaskSortKey.Title => task.Title,
        TaskSortKey.Priority => ((int)task.Priority).ToString(CultureInfo.InvariantCulture),
        TaskSortKey.DueDate => task.DueDate?.UtcTicks.ToString(CultureInfo.InvariantCulture),
        TaskSortKey.UpdatedAt => task.UpdatedAt.UtcTicks.ToString(CultureInfo.InvariantCulture),
        _ => task.CreatedAt.UtcTicks.ToString(CultureInfo.InvariantCulture),
    };
}
