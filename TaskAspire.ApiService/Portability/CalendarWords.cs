using TaskAspire.Data.Tasks;

namespace TaskAspire.ApiService.Portability;

/// <summary>Status and priority in the words of iCalendar (RFC 5545 §3.8.1.11, §3.8.1.9).</summary>
internal static class CalendarWords
{
    public static string Of(TaskItemStatus status) => status switch
    {
        TaskItemStatus.InProgress => "IN-PROCESS",
        TaskItemStatus.Done => "COMPLETED",
        TaskItemStatus.Cancelled => "CANCELLED",
        _ => "NEEDS-ACTION",
    };

    public static TaskItemStatus? StatusOf(string word) => word.ToUpperInvariant() switch
    {
        "NEEDS-ACTION" => TaskItemStatus.Todo,
        "IN-PROCESS" => TaskItemStatus.InProgress,
        "COMPLETED" => TaskItemStatus.Done,
        "CANCELLED" => TaskItemStatus.Cancelled,
        _ => null,
    };

    public static string? Of(TaskPriority priority) => priority switch
    {
        TaskPriority.Urgent => "1",
        TaskPriority.High => "3",
        TaskPriority.Medium => "5",
        TaskPriority.Low => "7",
        _ => null,
    };

    /// <summary>0 is "not said", 1 the highest, 9 the lowest.</summary>
    public static TaskPriority? PriorityOf(string number) => number.Trim() switch
    {
        "0" => TaskPriority.None,
        "1" or "2" => TaskPriority.Urgent,
        "3" or "4" => TaskPriority.High,
        "5" => TaskPriority.Medium,
        "6" or "7" or "8" or "9" => TaskPriority.Low,
        _ => null,
    };
}
