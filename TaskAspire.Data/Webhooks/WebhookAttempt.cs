using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace TaskAspire.Data.Webhooks;

/// <summary>One try to deliver, and what came of it.</summary>
public sealed class WebhookAttempt
{
    /// <summary>Longest part of an answer's body that is kept, in bytes.</summary>
    public const int ResponseBodyMaxBytes = 1024;

    /// <summary>Longest <see cref="ErrorMessage"/>, in characters.</summary>
    public const int ErrorMessageMaxLength = 500;

    /// <summary>UUIDv7.</summary>
    public Guid Id { get; init; } = Guid.CreateVersion7();

    /// <summary>The delivery.</summary>
    public Guid DeliveryId { get; init; }

    /// <summary>1 for the first.</summary>
    public int Number { get; init; }

    /// <summary>UTC.</summary>
    public DateTimeOffset StartedAt { get; init; }

    /// <summary>From connect to last byte, milliseconds.</summary>
    public int DurationMs { get; init; }

    /// <summary>Status of the answer; null when there was none.</summary>
    public int? StatusCode { get; init; }

    /// <summary>Class of the failure (<see cref="AttemptErrors"/>); null for a success.</summary>
    public string? Error { get; init; }

    /// <summary>The failure in words for the endpoint's owner.</summary>
    public string? ErrorMessage { get; init; }

    /// <summary>The headers that were sent, as a JSON object, without the values that are secret; null when nothing was sent.</summary>
    public string? RequestHeaders { get; init; }

    /// <summary>The headers of the answer, likewise and cut short; null when there was none.</summary>
    public string? ResponseHeaders { get; init; }

    /// <summary>The beginning of the answer's body, as text.</summary>
    public string? ResponseBody { get; init; }
}

internal sealed class WebhookAttemptConfiguration : IEntityTypeConfiguration<WebhookAttempt>
{
    public void Configure(EntityTypeBuilder<WebhookAttempt> builder)
    {
        builder.Property(a => a.Error).HasMaxLength(32);
        builder.Property(a => a.ErrorMessage).HasMaxLength(WebhookAttempt.ErrorMessageMaxLength);
        builder.HasOne<WebhookDelivery>().WithMany().HasForeignKey(a => a.DeliveryId).OnDelete(DeleteBehavior.Cascade);
        builder.HasIndex(a => new { a.DeliveryId, a.Number });
    }
}
