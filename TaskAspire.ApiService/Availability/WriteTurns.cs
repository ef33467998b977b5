using System.Threading.RateLimiting;
using TaskAspire.ApiService.Auth;

namespace TaskAspire.ApiService.Availability;

/// <summary>
/// Lets <see cref="AtOnce"/> writes of one user run at a time; the others wait for their turn, in order, and hold nothing meanwhile that anybody else
/// needs. Writes of one user wait for each other in the database, with a connection each, so the users would run out of connections
/// because one of them is in a hurry.
/// </summary>
internal sealed class WriteTurns(RequestDelegate next) : IDisposable
{
    /// <summary>Fewer than half of the pool's connections.</summary>
    internal const int AtOnce = 8;

    private readonly PartitionedRateLimiter<Guid> _turns = PartitionedRateLimiter.Create<Guid, Guid>(user => RateLimitPartition.GetConcurrencyLimiter(
        user,
        // How many may be sent at all is the business of the rate limits.
        _ => new ConcurrencyLimiterOptions { PermitLimit = AtOnce, QueueLimit = int.MaxValue, QueueProcessingOrder = QueueProcessingOrder.OldestFirst }));

    public async Task InvokeAsync(HttpContext context)
    {
        if (HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method) || context.User.FindUserId() is not { } user)
        {
            await next(context);
            return;
        }

        using var turn = await _turns.AcquireAsync(user, cancellationToken: context.RequestAborted);
        await next(context);
    }

    public void Dispose() => _turns.Dispose();
}
