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
    /// <summary>
    /// A function for scripts. A key without expiry (somebody ran PERSIST, or a replica took over between two commands) would lock its caller
    /// out for ever.
    /// </summary>
    internal const string CountFunction =
        """
        local function count(key, window)
            local requests = redis.call('INCR', key)
            local ttl = redis.call('PTTL', key)
            if ttl < 0 then
                ttl = tonumber(window)
                redis.call('PEXPIRE', key, ttl)
            end
            return requests, ttl
        end
        """;

    private const string Script =
        $"""
        {CountFunction}
        local answer = {"{}"}
        for i, key in ipairs(KEYS) do
            answer[2 * i - 1], answer[2 * i] = count(key, ARGV[i])
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
            : [.. limits.Select((limit, i) => Count(limit.Rule, answer[2 * i], answer[(2 * i) + 1]))];
    }

    internal static RateLimitCount Count(RateLimitRule rule, RedisResult count, RedisResult millisecondsLeft) =>
        new(rule.PermitLimit, (long)count, TimeSpan.FromMilliseconds((long)millisecondsLeft));
}
