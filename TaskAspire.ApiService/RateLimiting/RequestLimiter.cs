using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;

namespace TaskAspire.ApiService.RateLimiting;

/// <summary>Counts a caller's requests against the limits: in Redis, or in memory while that is away.</summary>
internal sealed class RequestLimiter(RedisRequestCounts redis, MemoryRequestCounts memory, IOptions<RateLimitingOptions> options)
{
    // The prefixes of the integrations document.
    private const string ApiPrefix = "api_limit:";
    private const string AuthPrefix = "auth_limit:";

    private static readonly PathString LimitedPath = "/api";

    public bool IsEnabled => options.Value.Enabled;

    /// <summary>The rule that a request to the API falls under; null when none is limited.</summary>
    public RateLimitRule? FindApiRule(HttpContext context) => IsEnabled && IsLimited(context) ? options.Value.Api : null;

    /// <summary>What a user's requests to the API are counted under.</summary>
    public static string ApiCountKey(Guid userId) => ApiPrefix + UserCaller(userId);

    /// <summary>All else (health, metrics, keys, documentation) is asked for by machines at their own pace, and costs little.</summary>
    public static bool IsLimited(HttpContext context) => context.Request.Path.StartsWithSegments(LimitedPath, StringComparison.OrdinalIgnoreCase);

    /// <summary>The name of a user among those who call; in braces, see <see cref="Auth.SessionCache"/>.</summary>
    public static string UserCaller(Guid userId) => $"user:{{{userId}}}";

    /// <summary>Counts a request to the API.</summary>
    public ValueTask<RateLimitCount> CountApiAsync(string caller, CancellationToken cancellationToken) =>
        CountAsync([new(ApiPrefix + caller, options.Value.Api)], cancellationToken);

    /// <summary>Counts a try to get a token or an account, or of a password.</summary>
    /// <param name="address">The client's.</param>
    /// <param name="account">A form of its name that is the same for all spellings; kept only as a hash, since it is personal data.</param>
    /// <param name="alsoPerAddress">Whether the tries of an address on all accounts together are limited, too.</param>
    /// <param name="cancellationToken">The request's.</param>
    /// <returns>The count that is nearest to its limit, or furthest beyond it.</returns>
    public ValueTask<RateLimitCount> CountAuthAsync(string address, string account, bool alsoPerAddress, CancellationToken cancellationToken)
    {
        // The braces keep both keys of an address on the same shard of a cluster (Redis cluster specification, "Hash tags").
        var ofAddress = $"{AuthPrefix}{{{address}}}";
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(account)).AsSpan(0, 16);
        var ofAccount = new RateLimit($"{ofAddress}:{Convert.ToHexStringLower(hash)}", options.Value.Auth);
        return CountAsync(alsoPerAddress ? [ofAccount, new(ofAddress, options.Value.AuthPerAddress)] : [ofAccount], cancellationToken);
    }

    private async ValueTask<RateLimitCount> CountAsync(RateLimit[] limits, CancellationToken cancellationToken)
    {
        var counts = await redis.AddAsync(limits, cancellationToken) ?? Array.ConvertAll(limits, limit => memory.Add(limit.Key, limit.Rule));
        return counts.OrderBy(count => count.Remaining).ThenByDescending(count => count.IsExceeded).ThenByDescending(count => count.ResetAfter).First();
    }
}

/// <summary>What is counted under a key, and how much of it is allowed.</summary>
internal readonly record struct RateLimit(string Key, RateLimitRule Rule);
