using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace TaskAspire.Data.Webhooks;

/// <summary>One event on its way to one endpoint.</summary>
public sealed class WebhookDelivery
{
    /// <summary>UUIDv7.</summary>
    public Guid Id { get; init; }

    /// <summary>What is delivered.</summary>
    public Guid EventId { get; init; }

    /// <summary>Where to.</summary>
    public Guid EndpointId { get; init; }

    /// <summary>The owner of both. No key of its own: it goes with either, and keys and indexes are most of what a delivery costs.</summary>
    public Guid UserId { get; init; }

    /// <summary>The type of the event, kept here so that a list needs no join.</summary>
    public required string EventType { get; init; }

    /// <summary>Where it stands.</summary>
    public WebhookDeliveryState State { get; set; }

    /// <summary>Attempts made.</summary>
    public int AttemptCount { get; set; }

    /// <summary>When the first attempt was due, UTC.</summary>
    public DateTimeOffset DueAt { get; init; }

    /// <summary>When the next attempt is due, UTC; of no meaning once it is not pending.</summary>
    public DateTimeOffset NextAttemptAt { get; set; }

    /// <summary>Until when a dispatcher holds it, UTC; afterwards any dispatcher may take it up.</summary>
    public DateTimeOffset? LeaseExpiresAt { get; set; }

    /// <summary>The claim that holds it.</summary>
    public Guid? LeaseId { get; set; }

    /// <summary>When it was delivered or given up, UTC.</summary>
    public DateTimeOffset? CompletedAt { get; set; }

    /// <summary>Status of the last answer; null when there was none.</summary>
    public int? LastStatusCode { get; set; }

    /// <summary>What went wrong last, in words for the endpoint's owner.</summary>
    public string? LastError { get; set; }

    /// <summary>UTC.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>The event itself, when loaded.</summary>
    public WebhookEvent? Event { get; init; }
}

/// <summary>Where a delivery stands.</summary>
/// <remarks>Stored as a number: the hot index is filtered on it.</remarks>
public enum WebhookDeliveryState
{
    /// <summary>Waiting for its next attempt, or in one.</summary>
    Pending = 0,

    /// <summary>Answered with 2xx.</summary>
    Delivered = 1,

    /// <summary>Ran out of attempts; can be redelivered.</summary>
    Dead = 2,

    /// <summary>Not sent: its endpoint was disabled.</summary>
    Cancelled = 3,

    /// <summary>Waits for its paused endpoint to be resumed. Not pending, so that no claim ever looks at it.</summary>
    Held = 4,
}

internal sealed class WebhookDeliveryConfiguration : IEntityTypeConfiguration<WebhookDelivery>
{
    public void Configure(EntityTypeBuilder<WebhookDelivery> builder)
    {
        builder.Property(d => d.Id).HasDefaultValueSql("uuid_v7()");
        builder.Property(d => d.EventType).HasMaxLength(32);
        builder.Property(d => d.State).HasConversion<short>();
        builder.Property(d => d.LastError).HasMaxLength(WebhookAttempt.ErrorMessageMaxLength);
        builder.HasOne(d => d.Event).WithMany().HasForeignKey(d => d.EventId).OnDelete(DeleteBehavior.Cascade);
        builder.HasOne<WebhookEndpoint>().WithMany().HasForeignKey(d => d.EndpointId).OnDelete(DeleteBehavior.Cascade);
        builder.HasIndex(d => d.NextAttemptAt).HasFilter("state = 0").HasDatabaseName("ix_webhook_deliveries_due");
        builder.HasIndex(d => new { d.EndpointId, d.NextAttemptAt }).HasFilter("state = 0").HasDatabaseName("ix_webhook_deliveries_endpoint_due");
        builder.HasIndex(d => new { d.EndpointId, d.NextAttemptAt }, "Held").HasFilter("state = 4").HasDatabaseName("ix_webhook_deliveries_held");
        builder.HasIndex(d => new { d.EndpointId, d.Id });
        builder.HasIndex(d => new { d.EndpointId, d.EventType, d.Id });
        // Few are: a list or a replay of them does not wade through those that were delivered.
        builder.HasIndex(d => new { d.EndpointId, d.State, d.Id }).HasFilter("state IN (2, 3)").HasDatabaseName("ix_webhook_deliveries_failed");
        // The second column is for "what became of this event at that endpoint".
        builder.HasIndex(d => new { d.EventId, d.EndpointId }, "EventAtEndpoint").HasDatabaseName("ix_webhook_deliveries_event_endpoint");
        // Whatever is asked for at once, an event is on its way to an endpoint once.
        builder.HasIndex(d => new { d.EventId, d.EndpointId }).IsUnique().HasFilter("state IN (0, 4)").HasDatabaseName("ux_webhook_deliveries_on_its_way");
    }
}
