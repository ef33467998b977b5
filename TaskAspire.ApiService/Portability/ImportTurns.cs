using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using TaskAspire.ApiService.Errors;

namespace TaskAspire.ApiService.Portability;

/// <summary>
/// An import is in memory as a whole until it is written. So an instance works on a few at a time; the others are told to come again, since a client
/// that waits would have to send its file meanwhile.
/// </summary>
internal sealed class ImportTurns(IOptions<ImportOptions> options) : IDisposable
{
    private const int RetryAfterSeconds = 10;

    private readonly SemaphoreSlim _free = new(options.Value.AtOnce);

    /// <summary>A turn that lasts until it is disposed of; null when all are taken.</summary>
    public IDisposable? TryTake() => _free.Wait(0) ? new Turn(_free) : null;

    /// <summary>The answer to who got no turn.</summary>
    public static ProblemHttpResult Refuse(HttpResponse response)
    {
        response.Headers.RetryAfter = RetryAfterSeconds.ToString(CultureInfo.InvariantCulture);
        var problem = Problems.Details(
            StatusCodes.Status429TooManyRequests, ProblemTypes.TooManyRequests, "Other imports are under way. Send it again after the time in Retry-After.");
        problem.Extensions["error"] = "Too many imports";
        problem.Extensions["retryAfter"] = RetryAfterSeconds;
        return TypedResults.Problem(problem);
    }

    public void Dispose() => _free.Dispose();

    private sealed class Turn(SemaphoreSlim free) : IDisposable
    {
        public void Dispose() => free.Release();
    }
}
