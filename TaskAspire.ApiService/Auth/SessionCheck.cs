using System.Collections.Concurrent;
using StackExchange.Redis;
using TaskAspire.ApiService.Caching;
using TaskAspire.ApiService.RateLimiting;
using TaskAspire.ApiService.Redis;

namespace TaskAspire.ApiService.Auth;

/// <summary>
/// Whether the session of a request goes on. What else Redis is asked about each request goes with the question: the user's count of requests
/// and the version of the user's lists in the same script. So all of it takes one command.
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
        local seen = redis.call('EXISTS', KEYS[2])
        if KEYS[4] then
            local version = redis.call('MGET', KEYS[4], KEYS[5])
            return {"{0, seen, requests, ttl, version[1], version[2]}"}
        end
        return {"{0, seen, requests, ttl}"}
        """;

    /// <summary>Sessions that the database is being asked about.</summary>
    private readonly ConcurrentDictionary<SessionKey, Lazy<Task<bool>>> _asked = new();

    public async ValueTask<bool> IsActiveAsync(HttpContext context, SessionPrincipal principal)
    {
        var session = principal.Session;
        var (isActive, count) = limiter.FindApiRule(context) is { } rule
            ? await AskAsync(context, principal, rule)
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
    /// end: whoever ends a session is answered only once Redis knows, so an answer that is a moment older is still true.
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

    private async ValueTask<(bool? IsActive, CountedRequest? Count)> AskAsync(HttpContext context, SessionPrincipal principal, RateLimitRule rule)
    {
        var wantsVersion = context.GetEndpoint()?.Metadata.GetMetadata<CachedTaskList>() is not null && versions.AreTrusted;
        var keys = wantsVersion ? principal.RedisKeys.SessionAndLists : principal.RedisKeys.Session;
        RedisValue[] values = [(long)rule.Window.TotalMilliseconds];
        var answer = await redis.TryAsync(database => database.ScriptEvaluateAsync(Script, keys, values), context.RequestAborted);
        if (answer is null)
        {
            return (null, null);
        }

        if (answer.Length == 1)
        {
            return (cache.Read(hasEnded: true, wasSeen: false), null);
        }

        if (wantsVersion)
        {
            context.Features.Set(new TaskListVersion(
                await versions.ReadAsync(principal.Session.UserId, (RedisValue)answer[4], (RedisValue)answer[5], context.RequestAborted)));
        }

        return (cache.Read(hasEnded: false, wasSeen: (int)answer[1] == 1), new CountedRequest(RedisRequestCounts.Count(rule, answer[2], answer[3])));
    }
}
