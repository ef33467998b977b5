using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Extensions.Options;
using TaskAspire.ApiService.RateLimiting;

namespace TaskAspire.ApiService.Portability;

/// <summary>
/// An import is in memory as a whole until it is written. So a user has one at a time, an instance a few, and a client that sends no faster than a trickle
/// is cut off; the others are told to come again, since a client that waits would have to send its file meanwhile.
/// </summary>
internal sealed class ImportTurns(IOptions<ImportOptions> options) : IDisposable
{
    private const int RetryAfterSeconds = 10;

    private readonly PartitionedRateLimiter<Guid> _turns = TransferLimits.Turns(options.Value.AtOnce, queue: 0);

    /// <summary>A turn that lasts until it is disposed of; null when all are taken, or the user has one.</summary>
    public IDisposable? TryTake(Guid userId, HttpContext context)
    {
        if (_turns.AttemptAcquire(userId) is not { IsAcquired: true } turn)
        {
            return null;
        }

        // HTTP/2 has none for a single stream.
        if (HttpProtocol.IsHttp11(context.Request.Protocol) && context.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } feature)
        {
            feature.MinDataRate = TransferLimits.Slowest;
        }

        return turn;
    }

    /// <summary>The answer to who got no turn.</summary>
    public static ProblemHttpResult Refuse(HttpResponse response) => RateLimitResponses.TooMany(
        response, "Too many imports", "Other imports are under way, or another one of yours. Send it again after the time in Retry-After.", RetryAfterSeconds);

    public void Dispose() => _turns.Dispose();
}
