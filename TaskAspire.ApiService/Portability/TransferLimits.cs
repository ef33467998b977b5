using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace TaskAspire.ApiService.Portability;

/// <summary>What holds for exports and imports alike.</summary>
internal static class TransferLimits
{
    /// <summary>Slower is no network, but somebody who holds on.</summary>
    public static MinDataRate Slowest { get; } = new(bytesPerSecond: 16 * 1024, gracePeriod: TimeSpan.FromSeconds(10));

    /// <summary>A user has one turn at a time, an instance a few.</summary>
    /// <param name="atOnce">Turns of the instance.</param>
    /// <param name="queue">How many may wait for one.</param>
    public static PartitionedRateLimiter<Guid> Turns(int atOnce, int queue) =>
        PartitionedRateLimiter.CreateChained(Limit(user => user, 1, queue), Limit(_ => Guid.Empty, atOnce, queue));

    private static PartitionedRateLimiter<Guid> Limit(Func<Guid, Guid> partition, int permits, int queue) =>
        PartitionedRateLimiter.Create<Guid, Guid>(user => RateLimitPartition.GetConcurrencyLimiter(
            partition(user), _ => new ConcurrencyLimiterOptions { PermitLimit = permits, QueueLimit = queue }));
}
