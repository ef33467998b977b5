using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using TaskAspire.Data.Users;

namespace TaskAspire.Data.Webhooks;

/// <summary>
/// Something that happened, written in the transaction that made it happen (the outbox). A trigger on the table makes one
/// <see cref="WebhookDelivery"/> for each enabled endpoint of the user that subscribed to the type, and wakes the dispatcher;
/// so whoever writes an event, API or dispatcher, cannot forget to.
/// </summary>
public sealed class WebhookEvent
{
    /// <summary>UUIDv7; receivers see it as <c>webhook-id</c>, the same at every attempt and every endpoint.</summary>
    public Guid Id { get; init; } = Guid.CreateVersion7();

    /// <summary>The owner.</summary>
    public Guid UserId { get; init; }

    /// <summary>One of <see cref="WebhookEventTypes"/>.</summary>
    public required string Type { get; init; }

    /// <summary>The task it is about. No foreign key: the event outlives a purged task.</summary>
    public Guid? TaskId { get; init; }

    /// <summary>The categories that endpoints may filter by: the task's, and the one it left by this change, so that whoever follows a category sees tasks leave it.</summary>
    public Guid[] CategoryIds { get; init; } = [];

    /// <summary>The tags that endpoints may filter by (<see cref="Tasks.NameKeys.Of"/>): the task's, and those it lost by this change.</summary>
    public string[] TagKeys { get; init; } = [];

    /// <summary>Only for this endpoint, whatever it subscribed to (test events); null for all that subscribed.</summary>
    public Guid? EndpointId { get; init; }

    /// <summary>The body that is sent and signed, byte for byte.</summary>
    public required byte[] Payload { get; init; }

    /// <summary>When it happened, UTC; for a reminder, when it was to fire, or when its task was written if that was later. Its deliveries are due from then on, at once where that lies ahead by the database's clock.</summary>
    public DateTimeOffset OccurredAt { get; init; }

    /// <summary>W3C <c>traceparent</c> of the request that caused it.</summary>
    public string? TraceParent { get; init; }
}

internal sealed class WebhookEventConfiguration : IEntityTypeConfiguration<WebhookEvent>
{
    public void Configure(EntityTypeBuilder<WebhookEvent> builder)
    {
        builder.Property(e => e.Type).HasMaxLength(32);
        builder.Property(e => e.TraceParent).HasMaxLength(55);
        builder.HasOne<User>().WithMany().HasForeignKey(e => e.UserId).OnDelete(DeleteBehavior.Cascade);
        builder.HasIndex(e => new { e.UserId, e.OccurredAt });
        builder.HasIndex(e => e.TaskId).HasFilter("task_id IS NOT NULL");
        builder.Property(e => e.CategoryIds).HasDefaultValueSql("'{}'");
        builder.Property(e => e.TagKeys).HasDefaultValueSql("'{}'");
    }
}
