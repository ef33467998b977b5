using System.Text.Json.Nodes;

namespace TaskAspire.Tests.Model;

/// <summary>A task as the model has it.</summary>
internal sealed class ModelTask
{
    public required Guid Id { get; init; }

    public string Title { get; set; } = "";

    public string? Description { get; set; }

    public string Status { get; set; } = "todo";

    public string Priority { get; set; } = "none";

    public string? DueDate { get; set; }

    public Guid? CategoryId { get; set; }

    /// <summary>The keys of its tags (<see cref="TaskModel.Tags"/>).</summary>
    public SortedSet<string> Tags { get; set; } = new(StringComparer.Ordinal);

    public Guid? ParentId { get; set; }

    /// <summary>Times, and minutes before the due date, as text.</summary>
    public List<string> Reminders { get; set; } = [];

    /// <summary>The deletion with which it went to the trash.</summary>
    public Guid? DeletedWith { get; set; }

    public bool IsLive => DeletedWith is null;

    public bool IsOpen => Status is "todo" or "in_progress";

    /// <summary>What can be seen of it, in one line.</summary>
    public string Show(TaskModel model) => string.Join(
        " | ",
        Id,
        Title,
        Description,
        Status,
        Priority,
        DueDate,
        CategoryId is { } category ? $"{category}={model.Categories[category]}" : "",
        string.Join(',', Tags.Select(key => model.Tags[key].Name).Order(StringComparer.Ordinal)),
        ParentId,
        string.Join(',', Reminders.Order(StringComparer.Ordinal)),
        Status == "done" ? "completed" : "",
        IsLive ? "" : "deleted");

    /// <summary>The same of what the API answered.</summary>
    public static string Show(JsonNode task) => string.Join(
        " | ",
        task["id"],
        task["title"],
        task["description"],
        task["status"],
        task["priority"],
        task["dueDate"],
        task["category"] is JsonObject category ? $"{category["id"]}={category["name"]}" : "",
        string.Join(',', task["tags"]!.AsArray().Select(t => t!.GetValue<string>())),
        task["parentId"],
        string.Join(',', task["reminders"]!.AsArray().Select(r => (r!["at"] ?? r["minutesBeforeDue"])!.ToString()).Order(StringComparer.Ordinal)),
        task["completedAt"] is null ? "" : "completed",
        task["deletedAt"] is null ? "" : "deleted");
}
