using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using TaskAspire.ApiService.Changes;
using TaskAspire.ApiService.Json;
using TaskAspire.Data;
using TaskAspire.Data.Changes;
using TaskAspire.Data.Tasks;
using TaskAspire.Data.Webhooks;

namespace TaskAspire.ApiService.Tasks;

/// <summary>Writes down what happened to a task: the event for webhooks, and the change for history and sync.</summary>
internal sealed class TaskJournal(TaskDbContext database, ChangeJournal changes)
{
    private const string EventPrefix = "task.";
    private const string Purged = "purged";

    /// <summary>What a change says nothing new with.</summary>
    private static readonly string[] Silent = ["version", "updatedAt", "category"];

    /// <summary>To be saved in the transaction that writes the task.</summary>
    /// <param name="task">The task.</param>
    /// <param name="after">What the event says of it.</param>
    /// <param name="difference">See <see cref="Difference"/>; null for a new task.</param>
    /// <param name="eventType">One of <see cref="WebhookEventTypes"/> that is about a task.</param>
    /// <param name="now">When it happened.</param>
    public void Record(TaskItem task, TaskResponse after, JsonObject? difference, string eventType, DateTimeOffset now)
    {
        AddEvent(task, after, difference, eventType, now);
        changes.Record(task.UserId, ChangeEntities.Task, task.Id, eventType[EventPrefix.Length..], difference, now);
    }

    /// <summary>The event of a task that goes for good without having been in the trash. Its change is <see cref="RecordPurge"/>.</summary>
    public void RecordRemoval(TaskItem task, DateTimeOffset now) =>
        AddEvent(task, TaskResponse.From(task) with { DeletedAt = now, UpdatedAt = now, Version = task.Version + 1 }, difference: null, WebhookEventTypes.TaskDeleted, now);

    /// <summary>The change of a task that goes for good.</summary>
    public void RecordPurge(Guid userId, Guid id, DateTimeOffset now) => changes.Record(userId, ChangeEntities.Task, id, Purged, null, now);

    /// <summary>The event that tells best what a change of the task was.</summary>
    public static string EventOf(TaskResponse before, TaskItem task) => (before.Status, task.Status) switch
    {
        _ when task.DeletedAt is not null => WebhookEventTypes.TaskDeleted,
        _ when before.DeletedAt is not null => WebhookEventTypes.TaskRestored,
        (not TaskItemStatus.Done, TaskItemStatus.Done) => WebhookEventTypes.TaskCompleted,
        (TaskItemStatus.Done or TaskItemStatus.Cancelled, TaskItemStatus.Todo or TaskItemStatus.InProgress) => WebhookEventTypes.TaskReopened,
        _ => WebhookEventTypes.TaskUpdated,
    };

    /// <summary>Field to <c>{ "from", "to" }</c>, of the fields that differ; empty when nothing was changed.</summary>
    public static JsonObject Difference(TaskResponse before, TaskResponse after) => FieldChanges.Between(before, after, Silent);

    private void AddEvent(TaskItem task, TaskResponse after, JsonObject? difference, string eventType, DateTimeOffset now) => database.WebhookEvents.Add(new WebhookEvent
    {
        UserId = task.UserId,
        Type = eventType,
        TaskId = task.Id,
        CategoryIds = [.. CategoriesOf(task, difference)],
        TagKeys = [.. TagsOf(after, difference)],
        Payload = WebhookPayload.Write(eventType, now, json => JsonSerializer.Serialize(json, after, ApiJson.Options)),
        OccurredAt = now,
        TraceParent = Activity.Current?.Id,
    });

    // What the task is in now, and what it left by this change, so that whoever follows a category or a tag sees it go.
    private static IEnumerable<Guid> CategoriesOf(TaskItem task, JsonObject? difference)
    {
        if (task.CategoryId is { } category)
        {
            yield return category;
        }

        if (difference?["categoryId"]?["from"] is { } left)
        {
            yield return Guid.Parse(left.GetValue<string>());
        }
    }

    private static IEnumerable<string> TagsOf(TaskResponse after, JsonObject? difference) =>
        after.Tags.Concat(difference?["tags"]?["from"]?.AsArray().Select(tag => tag!.GetValue<string>()) ?? []).Select(NameKeys.Of).Distinct();
}
