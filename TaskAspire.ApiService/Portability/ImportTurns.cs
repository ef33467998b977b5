using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using TaskAspire.ApiService.RateLimiting;

namespace TaskAspire.ApiService.Portability;

/// <summary>
/// An import is in memory as a whole until it is written. So an instance works on a few at a time; the others are told to come again, since a client
/// that waits would have to send its file meanwhile.
/// </summary>
internal sealed class ImportTurns(IOptions<ImportOptions> options) : IDisposable
{
    private const int RetryAfterSeconds = 10;

    private readonly ConcurrencyLimiter _turns = new(new ConcurrencyLimiterOptions { PermitLimit = options.Value.AtOnce });

    /// <summary>A turn that lasts until it is disposed of; null when all are taken.</summary>
    public IDisposable? TryTake() => _turns.AttemptAcquire() is { IsAcquired: true } turn ? turn : null;

    /// <summary>The answer to who got no turn.</summary>
    public static ProblemHttpResult Refuse(HttpResponse response) => RateLimitResponses.TooMany(
        response, "Too many imports", "Other imports are under way. Send it again after the time in Retry-After.", RetryAfterSeconds);

    public void Dispose() => _turns.Dispose();
}
