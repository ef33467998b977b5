using Microsoft.Extensions.Caching.Memory;

namespace TaskAspire.ApiService.Tasks;

/// <summary>
/// Totals that this instance has lately read, so that whoever goes through a list page by page has it counted once: that is a fifth of what a page of 20 takes
/// PostgreSQL, and most of it where a user has 100,000 tasks. Nothing has to be forgotten: the version of the user's lists is part of the key.
/// </summary>
internal sealed class TaskTotals : IDisposable
{
    /// <summary>Some 5,000 totals, fewer with long filters.</summary>
    private const int MaxBytes = 2 * 1024 * 1024;

    /// <summary>What one takes beside the text of its filter.</summary>
    private const int BytesOfOne = 300;

    /// <summary>As long as a cached list lives.</summary>
    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(300);

    private readonly MemoryCache _totals = new(new MemoryCacheOptions { SizeLimit = MaxBytes });

    /// <summary>How many tasks fit, on all pages; null when that is not known.</summary>
    /// <param name="version">The version of the user's lists; null when nothing may be known from before.</param>
    /// <param name="query">What they have to fit.</param>
    public long? Find(string? version, TaskListQuery query) => version is not null && _totals.TryGetValue(Key(version, query), out long total) ? total : null;

    /// <summary>Keeps a total that was read after the version was.</summary>
    public void Keep(string? version, TaskListQuery query, long total)
    {
        if (version is not null)
        {
            var key = Key(version, query);
            var size = BytesOfOne + (sizeof(char) * key.Filter.Length);
            _totals.Set(key, total, new MemoryCacheEntryOptions { Size = size, AbsoluteExpirationRelativeToNow = Lifetime });
        }
    }

    public void Dispose() => _totals.Dispose();

    private static (string Version, string Filter) Key(string version, TaskListQuery query) => (version, query.NormalizedFilter());
}
