using StackExchange.Redis;

namespace TaskAspire.ApiService.Caching;

/// <summary>
/// Which version of a user's lists is current: a random token in Redis that each write replaces after its commit. Cached lists
/// carry the token in their key, so replacing it is all it takes to forget them (docs/adr/0003-versioned-cache-keys.md).
/// </summary>
/// <remarks>
/// A second token, the epoch, stands for all users. It is replaced before this instance trusts Redis again after any of its
/// commands failed: writes that could not replace their user's token meanwhile, and a Redis that came back with old data, are
/// both covered by that.
/// </remarks>
internal sealed class TaskListVersions : IDisposable
{
    private const string EpochKey = "tasks:epoch";

    /// <summary>Far longer than a cached list lives, so that a token is never forgotten before the lists that carry it.</summary>
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(24);

    private static readonly TimeSpan RenewalInterval = TimeSpan.FromSeconds(1);

    private readonly IConnectionMultiplexer _redis;
    private readonly TimeProvider _clock;
    private readonly ILogger<TaskListVersions> _logger;
    private readonly SemaphoreSlim _renewing = new(1, 1);
    private volatile bool _suspect = true;
    private long _nextRenewal;

    public TaskListVersions(IConnectionMultiplexer redis, TimeProvider clock, ILogger<TaskListVersions> logger)
    {
        (_redis, _clock, _logger) = (redis, clock, logger);
        _redis.ConnectionFailed += OnConnectionFailed;
        _redis.ConnectionRestored += OnConnectionRestored;
    }

    /// <summary>The current version of a user's lists; null while Redis cannot be trusted, when nothing may come from the cache.</summary>
    public async ValueTask<string?> FindAsync(Guid userId)
    {
        if (!_redis.IsConnected || (_suspect && !await RenewEpochAsync()))
        {
            _suspect = true;
            return null;
        }

        try
        {
            var keys = new RedisKey[] { EpochKey, KeyOf(userId) };
            var values = await _redis.GetDatabase().StringGetAsync(keys);
            if (values[0].IsNull)
            {
                // Redis lost what it knew; so may have other instances' tokens been.
                _suspect = true;
                return null;
            }

            return values[1].IsNull ? await CreateAsync(userId, values[0]) : $"{values[0]}.{values[1]}";
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException)
        {
            Distrust(exception);
            return null;
        }
    }

    /// <summary>Makes all cached lists of a user old. Returns when no instance can read them any more, or when Redis is away.</summary>
    public async Task BumpAsync(Guid userId)
    {
        if (!_redis.IsConnected)
        {
            _suspect = true;
            return;
        }

        try
        {
            await _redis.GetDatabase().StringSetAsync(KeyOf(userId), NewToken(), Lifetime);
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException)
        {
            Distrust(exception);
        }
    }

    public void Dispose()
    {
        _redis.ConnectionFailed -= OnConnectionFailed;
        _redis.ConnectionRestored -= OnConnectionRestored;
    }

    private void OnConnectionFailed(object? sender, ConnectionFailedEventArgs e) => _suspect = true;

    /// <summary>Not left to the next reader: this instance may have none, while others serve what its writes made old.</summary>
    private void OnConnectionRestored(object? sender, ConnectionFailedEventArgs e)
    {
        _suspect = true;
        // Never throws: see its catch.
        _ = RenewEpochAsync();
    }

    private async Task<string?> CreateAsync(Guid userId, RedisValue epoch)
    {
        var token = NewToken();
        // Another reader may be first; a writer may be, too, and its token must stay.
        var created = await _redis.GetDatabase().StringSetAsync(KeyOf(userId), token, Lifetime, When.NotExists);
        return created ? $"{epoch}.{token}" : null;
    }

    /// <summary>One at a time, and not at every request while Redis is away; who cannot wait reads from the database.</summary>
    private async Task<bool> RenewEpochAsync()
    {
        var now = _clock.GetTimestamp();
        if (now < Interlocked.Read(ref _nextRenewal) || !await _renewing.WaitAsync(TimeSpan.Zero))
        {
            return false;
        }

        try
        {
            if (!_suspect)
            {
                return true;
            }

            // Cleared first: what fails from now on counts again.
            _suspect = false;
            await _redis.GetDatabase().StringSetAsync(EpochKey, NewToken());
            return true;
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException)
        {
            Distrust(exception);
            Interlocked.Exchange(ref _nextRenewal, now + (long)(RenewalInterval.TotalSeconds * _clock.TimestampFrequency));
            return false;
        }
        finally
        {
            _renewing.Release();
        }
    }

    private void Distrust(Exception exception)
    {
        if (!_suspect)
        {
            _logger.LogWarning(exception, "Redis does not answer; task lists come from the database until it does");
        }

        _suspect = true;
    }

    private static string NewToken() => Guid.NewGuid().ToString("N");

    private static string KeyOf(Guid userId) => $"tasks:version:{userId:N}";
}
