using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace TaskAspire.Data.Webhooks;

/// <summary>
/// What became of the attempts at an endpoint within ten minutes. The dispatcher adds to it as it records attempts, so that statistics over days read
/// a few rows of sums instead of all attempts.
/// </summary>
public sealed class WebhookTally
{
    /// <summary>The endpoint.</summary>
    public Guid EndpointId { get; init; }

    /// <summary>When the ten minutes begin, UTC.</summary>
    public DateTimeOffset StartsAt { get; init; }

    /// <summary>Attempts that succeeded; as many deliveries were made.</summary>
    public int Delivered { get; init; }

    /// <summary>Attempts that failed, the last ones of dead deliveries included.</summary>
    public int Failed { get; init; }

    /// <summary>Deliveries that ran out of attempts.</summary>
    public int Dead { get; init; }

    /// <summary>Attempts by what they took: see <see cref="LatencyBuckets"/>.</summary>
    public required int[] Latencies { get; init; }

    /// <summary>The last success in it, UTC.</summary>
    public DateTimeOffset? LastSuccessAt { get; init; }

    /// <summary>The last failure in it, UTC.</summary>
    public DateTimeOffset? LastFailureAt { get; init; }
}

/// <summary>A histogram of durations: each bucket reaches a quarter of a doubling further than the one before, so a percentile is off by 9 % at most.</summary>
public static class LatencyBuckets
{
    /// <summary>From up to 1 ms to over 5 minutes, longer than any attempt may take.</summary>
    public const int Count = 75;

    private const int PerDoubling = 4;

    /// <summary>The bucket of a duration.</summary>
    public static int Of(TimeSpan duration) =>
        (int)Math.Clamp(Math.Ceiling(PerDoubling * Math.Log2(Math.Max(duration.TotalMilliseconds, 1))), 0, Count - 1);

    /// <summary>The duration that a share of the attempts did not exceed, in milliseconds; null when there was none.</summary>
    /// <param name="counts">Attempts by bucket.</param>
    /// <param name="share">From 0 to 1.</param>
    public static double? Percentile(IReadOnlyList<long> counts, double share)
    {
        ArgumentNullException.ThrowIfNull(counts);
        var rank = (long)Math.Ceiling(share * counts.Sum());
        var seen = 0L;
        for (var bucket = 0; bucket < counts.Count; bucket++)
        {
            seen += counts[bucket];
            if (seen > 0 && seen >= rank)
            {
                // The middle of the bucket, on the scale that the buckets are even on.
                return Math.Round(Math.Pow(2, (bucket - 0.5) / PerDoubling), 1);
            }
        }

        return null;
    }
}

internal sealed class WebhookTallyConfiguration : IEntityTypeConfiguration<WebhookTally>
{
    public void Configure(EntityTypeBuilder<WebhookTally> builder)
    {
        builder.HasKey(t => new { t.EndpointId, t.StartsAt });
        builder.HasOne<WebhookEndpoint>().WithMany().HasForeignKey(t => t.EndpointId).OnDelete(DeleteBehavior.Cascade);
        builder.HasIndex(t => t.StartsAt);
    }
}
