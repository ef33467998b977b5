using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.IO.Pipelines;
using Microsoft.AspNetCore.OutputCaching;
using Microsoft.Extensions.Caching.Memory;

namespace TaskAspire.ApiService.Caching;

/// <summary>
/// Keeps in memory the answers of the output cache that this instance has lately fetched from Redis, so that a hit costs the one round trip that asks
/// for the version. What was never asked for a second time is not among them: most lists are not, and would live just long enough to be dear to
/// the garbage collector. Nothing has to be forgotten: the version is part of the key, and an entry never changes.
/// </summary>
internal sealed class LocalOutputCache(
    [FromKeyedServices(LocalOutputCache.SharedKey)] IOutputCacheBufferStore shared, ILogger<LocalOutputCache> logger) : IOutputCacheBufferStore, IDisposable
{
    /// <summary>The key of the store that all instances share.</summary>
    internal const string SharedKey = "shared";

    /// <summary>Some 2,000 pages of 20 tasks.</summary>
    internal const int MaxBytes = 16 * 1024 * 1024;

    /// <summary>One answer that takes more than this share of it is left to Redis.</summary>
    private const int MaxEntryBytes = MaxBytes / 64;

    /// <summary>Answers on their way to Redis that nobody waits for.</summary>
    internal const int MaxUnawaited = 32;

    /// <summary>A list that is read again is mostly read again soon; the rest is better off in Redis.</summary>
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

    public async ValueTask<bool> TryGetAsync(string key, PipeWriter destination, CancellationToken cancellationToken)
    {
        var found = await GetAsync(key, cancellationToken);
        if (found is not null)
        {
            await destination.WriteAsync(found, cancellationToken);
        }

        return found is not null;
    }

    public ValueTask SetAsync(string key, byte[] value, string[]? tags, TimeSpan validFor, CancellationToken cancellationToken) =>
        SetAsync(key, new ReadOnlySequence<byte>(value), tags, validFor, cancellationToken);

    /// <summary>Stores an answer. It has been sent, and the connection's next request need not wait until Redis has it, unless many are on their way.</summary>
    public async ValueTask SetAsync(string key, ReadOnlySequence<byte> value, ReadOnlyMemory<string> tags, TimeSpan validFor, CancellationToken cancellationToken)
    {
        var stored = StoreAsync(key, value, tags.ToArray(), validFor);
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
    private async Task StoreAsync(string key, ReadOnlySequence<byte> value, string[] tags, TimeSpan validFor)
    {
        Interlocked.Increment(ref _storing);
        try
        {
            // The bytes are lent only until the caller goes on.
            var length = checked((int)value.Length);
            var copy = ArrayPool<byte>.Shared.Rent(length);
            value.CopyTo(copy);
            await shared.SetAsync(key, new ReadOnlySequence<byte>(copy, 0, length), tags, validFor, CancellationToken.None);
            // Not after a failure: where Redis did not answer in time, they may still be sent, by when they would be another user's list.
            ArrayPool<byte>.Shared.Return(copy);
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
