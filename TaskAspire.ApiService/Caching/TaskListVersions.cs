using StackExchange.Redis;
using TaskAspire.ApiService.Redis;

namespace TaskAspire.ApiService.Caching;

/// <summary>
/// Which version of a user's lists is current: a random token in Redis that each write replaces after its commit. Cached lists
/// carry the token in their key, so replacing it is all it takes to forget them (docs/adr/0003-versioned-cache-keys.md).
/// </summary>
/// <remarks>
/// A second token, the epoch, stands for all users. This instance replaces it before it trusts Redis again after anything went
/// wrong: writes that could not replace their user's token meanwhile, and a Redis that came back with old data, are both covered.
/// </remarks>
internal sealed class TaskListVersions : IDisposable
{
    internal const string EpochKey = "tasks:epoch";
    private const int Never = -1;

    /// <summary>Far longer than a cached list lives, so that a token is never forgotten before the lists that carry it.</summary>
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(24);

    private readonly RedisGate _redis;

    /// <summary>The gate's count of disturbances when the epoch was last replaced: as long as it stays, Redis is trusted.</summary>
    private int _trustedSince = Never;

    public TaskListVersions(RedisGate redis)
    {
        _redis = redis;
        _redis.Restored += OnRestored;
    }

    /// <summary>Whether what Redis has now may be read, by <see cref="ReadAsync"/>; else only by <see cref="FindAsync"/>.</summary>
    public bool AreTrusted => Volatile.Read(ref _trustedSince) == _redis.Disturbances && _redis.IsSettled;

    /// <summary>The current version of a user's lists; null while Redis cannot be trusted, when nothing may come from the cache.</summary>
    public async ValueTask<string?> FindAsync(Guid userId, CancellationToken cancellationToken)
    {
        if (!AreTrusted && (!_redis.IsSettled || !await ReplaceEpochAsync(cancellationToken)))
        {
            return null;
        }

        RedisKey[] keys = [EpochKey, KeyOf(userId)];
        var values = await _redis.TryAsync(database => database.StringGetAsync(keys), cancellationToken) ?? [RedisValue.Null, RedisValue.Null];
        return await ReadAsync(userId, values[0], values[1], cancellationToken);
    }

    /// <summary>The same, by somebody who asked Redis for both keys when it was trusted.</summary>
    /// <param name="userId">Whose lists.</param>
    /// <param name="epoch">What is under <see cref="EpochKey"/>.</param>
    /// <param name="token">What is under <see cref="KeyOf"/>.</param>
    /// <param name="cancellationToken">The request's.</param>
    public ValueTask<string?> ReadAsync(Guid userId, RedisValue epoch, RedisValue token, CancellationToken cancellationToken)
    {
        if (epoch.IsNull)
        {
            // It did not answer, or lost what it knew, and so maybe other tokens.
            Distrust();
            return ValueTask.FromResult<string?>(null);
        }

        return token.IsNull ? CreateAsync(userId, epoch, cancellationToken) : ValueTask.FromResult<string?>($"{epoch}.{token}");
    }

    /// <summary>Makes all cached lists of a user old. Returns when no instance can read them any more, or when Redis is away.</summary>
    public async Task BumpAsync(Guid userId)
    {
        var done = await _redis.InsistAsync<object>(
            async database => await database.StringSetAsync(KeyOf(userId), NewToken(), Lifetime), CancellationToken.None);
        if (done is null)
        {
            Distrust();
        }
    }

    public void Dispose() => _redis.Restored -= OnRestored;

    /// <summary>Not left to the next reader: this instance may have none, while others serve what its writes made old.</summary>
    private void OnRestored() => _ = ReplaceEpochAsync(CancellationToken.None).AsTask();

    private async ValueTask<bool> ReplaceEpochAsync(CancellationToken cancellationToken)
    {
        // Read first: what goes wrong from now on counts again.
        var disturbances = _redis.Disturbances;
        var done = await _redis.TryAsync<object>(async database => await database.StringSetAsync(EpochKey, NewToken()), cancellationToken);
        if (done is not null)
        {
            Volatile.Write(ref _trustedSince, disturbances);
        }

        return done is not null;
    }

    private async ValueTask<string?> CreateAsync(Guid userId, RedisValue epoch, CancellationToken cancellationToken)
    {
        var token = NewToken();
        // Another reader may be first; a writer may be, too, and its token must stay.
        var created = await _redis.TryAsync<object>(
            async database => await database.StringSetAsync(KeyOf(userId), token, Lifetime, When.NotExists), cancellationToken);
        return created is true ? $"{epoch}.{token}" : null;
    }

    private void Distrust() => Volatile.Write(ref _trustedSince, Never);

    private static string NewToken() => Guid.NewGuid().ToString("N");

    internal static string KeyOf(Guid userId) => $"tasks:version:{userId:N}";
}
