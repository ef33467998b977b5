using StackExchange.Redis;
using TaskAspire.ApiService.Caching;
using TaskAspire.ApiService.RateLimiting;

namespace TaskAspire.ApiService.Auth;

/// <summary>The keys of <see cref="SessionCheck"/>'s script, in its order.</summary>
internal sealed class SessionRedisKeys(SessionKey session)
{
    /// <summary>That the session ended, that it was seen, and how much its user asked for.</summary>
    public RedisKey[] Session { get; } = [SessionCache.EndedKey(session), SessionCache.SeenKey(session), RequestLimiter.ApiCountKey(session.UserId)];

    /// <summary>The same, and what tells the version of its user's lists.</summary>
    public RedisKey[] SessionAndLists => field ??= [.. Session, TaskListVersions.EpochKey, TaskListVersions.KeyOf(session.UserId)];
}
