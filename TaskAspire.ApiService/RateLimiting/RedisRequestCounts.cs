using System.Globalization;
using TaskAspire.ApiService.Redis;

namespace TaskAspire.ApiService.RateLimiting;

/// <summary>
/// Counts requests in Redis, for all instances together. Fixed windows that begin with the first request, as the limiter of
/// the integrations document has them: one number per caller, and exact, at the price that twice the limit may pass around
/// the end of a window.
/// </summary>
internal sealed class RedisRequestCounts(RedisGate redis)
{
    // A key without expiry (somebody ran PERSIST, or a replica took over between two commands) would lock its caller out for ever.
    private const string Script =
        """
        local count = redis.call('INCR', KEYS[1])
        local ttl = redis.call('PTTL', KEYS[1])
        if ttl < 0 then
            ttl = tonumber(ARGV[1])
            redis.call('PEXPIRE', KEYS[1], ttl)
        end
        return { count, ttl }
        """;

    /// <summary>Counts one request; null when Redis is away.</summary>
    public async ValueTask<RateLimitCount?> AddAsync(string key, RateLimitRule rule, CancellationToken cancellationToken)
    {
        var window = ((long)rule.Window.TotalMilliseconds).ToString(CultureInfo.InvariantCulture);
        var answer = await redis.TryAsync(database => database.ScriptEvaluateAsync(Script, [key], [window]), cancellationToken);
        return answer is null ? null : new RateLimitCount(rule.PermitLimit, (long)answer[0], TimeSpan.FromMilliseconds((long)answer[1]));
    }
}
