using StackExchange.Redis;
using TaskAspire.ApiService.Redis;

namespace TaskAspire.ApiService.RateLimiting;

/// <summary>
/// Counts requests in Redis, for all instances together. Fixed windows that begin with the first request, as the limiter of
/// the integrations document has them: one number per caller and limit, and exact, at the price that twice the limit may pass around
/// the end of a window.
/// </summary>
internal sealed class RedisRequestCounts(RedisGate redis)
{
    // A key without expiry (somebody ran PERSIST, or a replica took over between two commands) would lock its caller out for ever.
    private const string Script =
        """
        local answer = {}
        for i, key in ipairs(KEYS) do
            local count = redis.call('INCR', key)
            local ttl = redis.call('PTTL', key)
            if ttl < 0 then
                ttl = tonumber(ARGV[i])
                redis.call('PEXPIRE', key, ttl)
            end
            answer[2 * i - 1] = count
            answer[2 * i] = ttl
        end
        return answer
        """;

    /// <summary>Counts one request against each of the limits, in one round trip; null when Redis is away.</summary>
    public async ValueTask<RateLimitCount[]?> AddAsync(RateLimit[] limits, CancellationToken cancellationToken)
    {
        var keys = Array.ConvertAll(limits, limit => (RedisKey)limit.Key);
        var windows = Array.ConvertAll(limits, limit => (RedisValue)(long)limit.Rule.Window.TotalMilliseconds);
        var answer = await redis.TryAsync(database => database.ScriptEvaluateAsync(Script, keys, windows), cancellationToken);
        return answer is null
            ? null
            : [.. limits.Select((limit, i) => new RateLimitCount(
                limit.Rule.PermitLimit, (long)answer[2 * i], TimeSpan.FromMilliseconds((long)answer[(2 * i) + 1])))];
    }
}
