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

    /// <summary>The event types it is told of: <see cref="WebhookEventTypes"/>, all of a kind (<c>task.*</c>) or all there are (<c>*</c>).</summary>
    public required string[] Events { get; set; }

    /// <summary>Only events of tasks in one of these categories; empty for all.</summary>
    public Guid[] CategoryIds { get; set; } = [];

    /// <summary>Only events of tasks that carry one of these tags, as they were typed; empty for all.</summary>
    public string[] Tags { get; set; } = [];

    /// <summary><see cref="Tags"/> in the form that is compared (<see cref="Tasks.NameKeys.Of"/>).</summary>
    public string[] TagKeys { get; set; } = [];

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

    /// <summary>Headers of the owner's own, as a JSON object, encrypted since they may hold tokens; null for none.</summary>
    public string? Headers { get; set; }

    /// <summary>The names of <see cref="Headers"/>, which are all that is shown of them.</summary>
    public string[] HeaderNames { get; set; } = [];

    /// <summary>Most attempts per second, over all dispatchers; null for no limit.</summary>
    public int? RateLimit { get; set; }

    /// <summary>Up to which time the rate limit is used up, UTC: each attempt moves it on by its share of a second. While it lies in the past, there is room.</summary>
    public DateTimeOffset? RateUsedUntil { get; set; }

    /// <summary>Requests that each dispatcher has open to it at a time; null for the dispatcher's default.</summary>
    public int? Concurrency { get; set; }

    /// <summary>False: nothing is sent to it.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>Since when its owner has it paused, UTC: deliveries are held until it is resumed. Null when it is not.</summary>
    public DateTimeOffset? PausedAt { get; set; }

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

    /// <summary>
    /// When its owner deleted it, UTC; null while it is there. Queries leave it out, and the dispatcher removes its deliveries and then itself: there can be
    /// millions, and who waited for them to go would hold up everybody's deliveries meanwhile.
    /// </summary>
    public DateTimeOffset? DeletedAt { get; set; }

    /// <summary>Goes up by one with each change of what the API shows of it.</summary>
    public long Version { get; set; } = 1;

    /// <summary>Marks it as deleted: nothing is sent to it any more, and whatever is secret about it is gone.</summary>
    public void Delete(DateTimeOffset now)
    {
        DeletedAt = now;
        (Enabled, LatchedUntil, PausedAt) = (false, null, null);
        (Secret, PreviousSecret, ApiKey, Headers) = (null, null, null, null);
    }
}

internal sealed class WebhookEndpointConfiguration : IEntityTypeConfiguration<WebhookEndpoint>
{
    public void Configure(EntityTypeBuilder<WebhookEndpoint> builder)
    {
        builder.Property(e => e.Url).HasMaxLength(WebhookEndpoint.UrlMaxLength);
        builder.Property(e => e.Description).HasMaxLength(500);
        builder.Property(e => e.DisabledReason).HasMaxLength(16);
        // Rows from before, and those who write past EF Core, ask for nothing.
        builder.Property(e => e.CategoryIds).HasDefaultValueSql("'{}'");
        builder.Property(e => e.Tags).HasDefaultValueSql("'{}'");
        builder.Property(e => e.TagKeys).HasDefaultValueSql("'{}'");
        builder.Property(e => e.HeaderNames).HasDefaultValueSql("'{}'");
        builder.Property(e => e.Version).HasDefaultValue(1L);
        builder.HasOne<User>().WithMany().HasForeignKey(e => e.UserId).OnDelete(DeleteBehavior.Cascade);
        builder.HasIndex(e => new { e.UserId, e.Id });
        builder.HasIndex(e => e.LatchedUntil).HasFilter("latched_until IS NOT NULL").HasDatabaseName("ix_webhook_endpoints_latched");
        builder.HasQueryFilter(e => e.DeletedAt == null);
        builder.HasIndex(e => e.DeletedAt).HasFilter("deleted_at IS NOT NULL").HasDatabaseName("ix_webhook_endpoints_deleted");
        builder.HasIndex(e => e.PausedAt).HasFilter("paused_at IS NOT NULL").HasDatabaseName("ix_webhook_endpoints_paused");
    }
}
