namespace TaskAspire.Data.Webhooks;

/// <summary>The types of event a webhook endpoint can be told of.</summary>
public static class WebhookEventTypes
{
    /// <summary>A task was created.</summary>
    public const string TaskCreated = "task.created";

    /// <summary>A task was changed.</summary>
    public const string TaskUpdated = "task.updated";

    /// <summary>A task was completed.</summary>
    public const string TaskCompleted = "task.completed";

    /// <summary>A completed or cancelled task was taken up again.</summary>
    public const string TaskReopened = "task.reopened";

    /// <summary>A task went to the trash.</summary>
    public const string TaskDeleted = "task.deleted";

    /// <summary>A task came back from the trash.</summary>
    public const string TaskRestored = "task.restored";

    /// <summary>The time of a reminder has come.</summary>
    public const string TaskReminder = "task.reminder";

    /// <summary>An open task's due date has passed.</summary>
    public const string TaskOverdue = "task.overdue";

    /// <summary>Asked for by the owner to try an endpoint. Sent to that endpoint whatever it subscribed to.</summary>
    public const string WebhookTest = "webhook.test";

    /// <summary>An endpoint was disabled; told to the owner's others.</summary>
    public const string WebhookDisabled = "webhook.disabled";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        TaskCreated, TaskUpdated, TaskCompleted, TaskReopened, TaskDeleted, TaskRestored, TaskReminder, TaskOverdue, WebhookTest, WebhookDisabled,
    ];
}
