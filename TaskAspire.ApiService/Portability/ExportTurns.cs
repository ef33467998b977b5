using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace TaskAspire.ApiService.Portability;

/// <summary>
/// An export holds a connection of the pool until its client has read to the end. So a user has one at a time, an instance a few, and a client that
/// reads no faster than a trickle is cut off; the others wait for their turn, holding nothing.
/// </summary>
internal sealed class ExportTurns : IDisposable
{
    /// <summary>Exports of one instance at a time: a quarter of the pool or so.</summary>
    private const int AtOnce = 4;

    private readonly PartitionedRateLimiter<Guid> _turns = TransferLimits.Turns(AtOnce, queue: int.MaxValue);

    /// <summary>Waits until it is the user's turn, which lasts until what is returned is disposed of.</summary>
    public async Task<IDisposable> TakeAsync(Guid userId, HttpContext context, CancellationToken cancellationToken)
    {
        var turn = await _turns.AcquireAsync(userId, cancellationToken: cancellationToken);
        // HTTP/2 has none for a single stream.
        if (context.Features.Get<IHttpMinResponseDataRateFeature>() is { } feature)
        {
            feature.MinDataRate = TransferLimits.Slowest;
        }

        return turn;
    }

    public void Dispose() => _turns.Dispose();
}
