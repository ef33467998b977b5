using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using TaskAspire.Data.Users;

namespace TaskAspire.Data.Webhooks;

/// <summary>An address that wants to be told of events.</summary>
public sealed class WebhookEndpoint
{
    /// <summary>Longest address, in characters.</summary>
    public const int UrlMaxLength = 2048;

    /// <summary>UUIDv7.</summary>
    public Guid Id { get; init; } = Guid.CreateVersion7();

    /// <summary>The owner.</summary>
    public Guid UserId { get; init; }

    /// <summary>Absolute http or https address.</summary>
    public required string Url { get; set; }

    /// <summary>What the owner notes about it.</summary>
    public string? Description { get; set; }

    /// <summary>The event types it is told of (<see cref="WebhookEventTypes"/>).</summary>
    public required string[] Events { get; set; }

    /// <summary>Signs with <c>WEBHOOK_SECRET</c> instead of a secret of its own.</summary>
    public bool UseSharedSecret { get; init; }

    /// <summary>The signing secret, encrypted (<see cref="WebhookSecrets"/>); null with <see cref="UseSharedSecret"/>.</summary>
    public string? Secret { get; set; }

    /// <summary>The secret before the last rotation, encrypted.</summary>
    public string? PreviousSecret { get; set; }

    /// <summary>Until when deliveries are signed with both, UTC.</summary>
    public DateTimeOffset? PreviousSecretExpiresAt { get; set; }

    /// <summary>What is sent as <c>X-API-Key</c>, encrypted; null for <c>WEBHOOK_API_KEY</c>.</summary>
    public string? ApiKey { get; set; }

    /// <summary>False: nothing is sent to it.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>Why the dispatcher disabled it: <c>gone</c> (410) or <c>failing</c>; null when its owner did, or nobody.</summary>
    public string? DisabledReason { get; set; }

    /// <summary>UTC.</summary>
    public DateTimeOffset? DisabledAt { get; set; }

    /// <summary>Since when every attempt has failed, UTC; null after a success.</summary>
    public DateTimeOffset? FailingSince { get; set; }

    /// <summary>Failed attempts since the last success.</summary>
    public int ConsecutiveFailures { get; set; }

    /// <summary>
    /// Until when the dispatcher leaves it alone, UTC, because it failed many times in a row; then one delivery is tried, and a success
    /// clears it. Its deliveries keep their due times, so nothing has to be moved when it is back.
    /// </summary>
    public DateTimeOffset? LatchedUntil { get; set; }

    /// <summary>UTC.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>UTC.</summary>
    public DateTimeOffset UpdatedAt { get; set; }
}

internal sealed class WebhookEndpointConfiguration : IEntityTypeConfiguration<WebhookEndpoint>
{
    public void Configure(EntityTypeBuilder<WebhookEndpoint> builder)
    {
        builder.Property(e => e.Url).HasMaxLength(WebhookEndpoint.UrlMaxLength);
        builder.Property(e => e.Description).HasMaxLength(500);
        builder.Property(e => e.DisabledReason).HasMaxLength(16);
        builder.HasOne<User>().WithMany().HasForeignKey(e => e.UserId).OnDelete(DeleteBehavior.Cascade);
        builder.HasIndex(e => new { e.UserId, e.Id });
        builder.HasIndex(e => e.LatchedUntil).HasFilter("latched_until IS NOT NULL").HasDatabaseName("ix_webhook_endpoints_latched");
    }
}
