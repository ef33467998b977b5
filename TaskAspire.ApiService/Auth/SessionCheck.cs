using StackExchange.Redis;
using TaskAspire.ApiService.Caching;
using TaskAspire.ApiService.RateLimiting;
using TaskAspire.ApiService.Redis;

namespace TaskAspire.ApiService.Auth;

/// <summary>
/// Whether the session of a request goes on. What else Redis is asked about each request goes with the question: the user's count of requests
/// in the same script, the version of the user's lists right behind it. So all of it takes one round trip.
/// </summary>
internal sealed class SessionCheck(RedisGate redis, SessionCache cache, RequestLimiter limiter, TaskListVersions versions)
{
    // A session that has ended takes nothing from its user's limit.
    private const string Script =
        $"""
        {RedisRequestCounts.CountFunction}
        if redis.call('EXISTS', KEYS[1]) == 1 then
            return {"{1}"}
        end
        local requests, ttl = count(KEYS[3], ARGV[1])
        return {"{0, redis.call('EXISTS', KEYS[2]), requests, ttl}"}
        """;

    public async ValueTask<bool> IsActiveAsync(HttpContext context, SessionKey session)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<CachedTaskList>() is not null)
        {
            context.Features.Set(new TaskListVersion(versions.FindAsync(session.UserId, context.RequestAborted).AsTask()));
        }

        var (isActive, count) = limiter.FindApiLimit(context, session.UserId) is { } limit
            ? await AskAsync(session, limit, context.RequestAborted)
            : (await cache.FindAsync(session, context.RequestAborted), null);
        if (!(isActive ?? await context.RequestServices.GetRequiredService<Sessions>().IsActiveAsync(session, context.RequestAborted)))
        {
            return false;
        }

        context.Features.Set(count);
        return true;
    }

    private async ValueTask<(bool? IsActive, CountedRequest? Count)> AskAsync(SessionKey session, RateLimit limit, CancellationToken cancellationToken)
    {
        RedisKey[] keys = [SessionCache.EndedKey(session), SessionCache.SeenKey(session), limit.Key];
        RedisValue[] values = [(long)limit.Rule.Window.TotalMilliseconds];
        var answer = await redis.TryAsync(database => database.ScriptEvaluateAsync(Script, keys, values), cancellationToken);
        return answer switch
        {
            null => (null, null),
            { Length: 1 } => (cache.Read(hasEnded: true, wasSeen: false), null),
            _ => (cache.Read(hasEnded: false, wasSeen: (int)answer[1] == 1), new CountedRequest(RedisRequestCounts.Count(limit.Rule, answer[2], answer[3]))),
        };
    }
}
