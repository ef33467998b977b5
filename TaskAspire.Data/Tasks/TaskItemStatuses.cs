using System.Diagnostics;

namespace TaskAspire.Data.Tasks;

/// <summary>The words a status is stored and sent as.</summary>
public static class TaskItemStatuses
{
    /// <summary>The word for a status.</summary>
    public static string ToDatabase(this TaskItemStatus status) => status switch
    {
        TaskItemStatus.Todo => "todo",
        TaskItemStatus.InProgress => "in_progress",
        TaskItemStatus.Done => "done",
        TaskItemStatus.Cancelled => "cancelled",
        _ => throw new UnreachableException($"No word for the status {status}."),
    };

    /// <summary>The status for a word that the database's check constraint lets in.</summary>
    public static TaskItemStatus FromDatabase(string status) => status switch
    {
        "todo" => TaskItemStatus.Todo,
        "in_progress" => TaskItemStatus.InProgress,
        "done" => TaskItemStatus.Done,
        "cancelled" => TaskItemStatus.Cancelled,
        _ => throw new UnreachableException($"'{status}' is no status; ck_tasks_status should have kept it out."),
    };
}
