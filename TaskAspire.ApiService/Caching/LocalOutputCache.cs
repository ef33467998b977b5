using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.OutputCaching;
using Microsoft.Extensions.Caching.Memory;

namespace TaskAspire.ApiService.Caching;

/// <summary>
/// Keeps answers of the output cache at hand that this instance has lately fetched from Redis, so that a hit costs the one round trip that asks
/// for the version. What was never asked for a second time is not among them: most lists are not, and would live just long enough to be dear to
/// the garbage collector. Nothing has to be forgotten: the version is part of the key, and an entry never changes.
/// </summary>
internal sealed class LocalOutputCache(
    [FromKeyedServices(LocalOutputCache.SharedKey)] IOutputCacheStore shared, ILogger<LocalOutputCache> logger) : IOutputCacheStore, IDisposable
{
    /// <summary>The key of the store that all instances share.</summary>
    internal const string SharedKey = "shared";

    /// <summary>Some 2,000 pages of 20 tasks.</summary>
    internal const int MaxBytes = 16 * 1024 * 1024;

    /// <summary>One answer that takes more than this share of it is left to Redis.</summary>
    private const int MaxEntryBytes = MaxBytes / 64;

    /// <summary>Answers on their way to Redis that nobody waits for.</summary>
    internal const int MaxUnawaited = 32;

    /// <summary>Who reads a list again mostly does so soon; the rest is better off in Redis.</summary>
    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(60);

    private readonly MemoryCache _entries = new(new MemoryCacheOptions { SizeLimit = MaxBytes });
    private int _storing;

    public async ValueTask<byte[]?> GetAsync(string key, CancellationToken cancellationToken)
    {
        if (_entries.TryGetValue(key, out byte[]? known))
        {
            return known;
        }

        var found = await shared.GetAsync(key, cancellationToken);
        if (found is not null)
        {
            Keep(key, found);
        }

        return found;
    }

    /// <summary>Stores an answer. It has been sent, and the connection's next request need not wait until Redis has it, unless many are on their way.</summary>
    /// <remarks>
    /// Not <see cref="IOutputCacheBufferStore"/>: there the bytes are lent, and taken back even when Redis did not answer in time, by when it may still
    /// be written what has become another user's list.
    /// </remarks>
    public async ValueTask SetAsync(string key, byte[] value, string[]? tags, TimeSpan validFor, CancellationToken cancellationToken)
    {
        var stored = StoreAsync(key, value, tags, validFor);
        if (Volatile.Read(ref _storing) > MaxUnawaited)
        {
            await stored.WaitAsync(cancellationToken);
        }
    }

    /// <remarks>Which of them carry the tag is not known here; Redis has them all.</remarks>
    public ValueTask EvictByTagAsync(string tag, CancellationToken cancellationToken)
    {
        _entries.Clear();
        return shared.EvictByTagAsync(tag, cancellationToken);
    }

    public void Dispose() => _entries.Dispose();

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "Whatever Redis failed with, the list is read anew.")]
    private async Task StoreAsync(string key, byte[] value, string[]? tags, TimeSpan validFor)
    {
        Interlocked.Increment(ref _storing);
        try
        {
            await shared.SetAsync(key, value, tags, validFor, CancellationToken.None);
        }
        catch (Exception exception)
        {
            logger.LogWarning(exception, "A list could not be cached");
        }
        finally
        {
            Interlocked.Decrement(ref _storing);
        }
    }

    private void Keep(string key, byte[] value)
    {
        if (value.Length <= MaxEntryBytes)
        {
            _entries.Set(key, value, new MemoryCacheEntryOptions { Size = value.Length + (2 * key.Length), AbsoluteExpirationRelativeToNow = Lifetime });
        }
    }
}
