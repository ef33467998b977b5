using System.Collections.Concurrent;
using StackExchange.Redis;
using TaskAspire.ApiService.Caching;
using TaskAspire.ApiService.RateLimiting;
using TaskAspire.ApiService.Redis;

namespace TaskAspire.ApiService.Auth;

/// <summary>
/// Whether the session of a request goes on. What else Redis is asked about each request goes with the question: the user's count of requests
/// in the same script, the version of the user's lists right behind it. So all of it takes one round trip.
/// </summary>
internal sealed class SessionCheck(RedisGate redis, SessionCache cache, RequestLimiter limiter, TaskListVersions versions, IServiceScopeFactory scopes)
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

    /// <summary>Sessions that the database is being asked about.</summary>
    private readonly ConcurrentDictionary<SessionKey, Lazy<Task<bool>>> _asked = new();

    public async ValueTask<bool> IsActiveAsync(HttpContext context, SessionKey session)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<CachedTaskList>() is not null)
        {
            context.Features.Set(new TaskListVersion(versions.FindAsync(session.UserId, context.RequestAborted).AsTask()));
        }

        var (isActive, count) = limiter.FindApiLimit(context, session.UserId) is { } limit
            ? await AskAsync(session, limit, context.RequestAborted)
            : (await cache.FindAsync(session, context.RequestAborted), null);
        isActive ??= count is null
            ? await context.RequestServices.GetRequiredService<Sessions>().IsActiveAsync(session, context.RequestAborted)
            : await AskOnceAsync(session).WaitAsync(context.RequestAborted);
        if (isActive is false)
        {
            return false;
        }

        context.Features.Set(count);
        return true;
    }

    /// <summary>
    /// Asks the database once for all requests of a session that come while it is asked. Only after Redis said that the session was not seen to
    /// end: who ends it is not told so before Redis knows, so an answer that is a moment older is still true.
    /// </summary>
    private Task<bool> AskOnceAsync(SessionKey session) =>
        _asked.GetOrAdd(session, static (key, check) => new Lazy<Task<bool>>(() => check.AskDatabaseAsync(key)), this).Value;

    /// <remarks>With a context of its own: the request that is first may end before the others.</remarks>
    private async Task<bool> AskDatabaseAsync(SessionKey session)
    {
        await using var scope = scopes.CreateAsyncScope();
        try
        {
            return await scope.ServiceProvider.GetRequiredService<Sessions>().IsActiveAsync(session, CancellationToken.None);
        }
        finally
        {
            _asked.TryRemove(session, out _);
        }
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
