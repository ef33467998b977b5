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

    public bool IsEnabled => options.Value.Enabled;

    /// <summary>Counts a request to the API.</summary>
    public ValueTask<RateLimitCount> CountApiAsync(string caller, CancellationToken cancellationToken) =>
        CountAsync(ApiPrefix + caller, options.Value.Api, cancellationToken);

    /// <summary>Counts a try to get a token or an account.</summary>
    /// <param name="address">The client's.</param>
    /// <param name="account">A form of its name that is the same for all spellings; kept only as a hash, since it is personal data.</param>
    /// <param name="cancellationToken">The request's.</param>
    public ValueTask<RateLimitCount> CountAuthAsync(string address, string account, CancellationToken cancellationToken)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(account)).AsSpan(0, 16);
        return CountAsync($"{AuthPrefix}{address}:{Convert.ToHexStringLower(hash)}", options.Value.Auth, cancellationToken);
    }

    private async ValueTask<RateLimitCount> CountAsync(string key, RateLimitRule rule, CancellationToken cancellationToken) =>
        await redis.AddAsync(key, rule, cancellationToken) ?? memory.Add(key, rule);
}
