using Microsoft.Extensions.Caching.Memory;

namespace TaskAspire.ApiService.Tasks;

/// <summary>
/// Totals that this instance has lately read, so that whoever goes through a list page by page has it counted once: that is a fifth of what a page of 20 takes
/// PostgreSQL, and most of it where a user has 100,000 tasks. Nothing has to be forgotten: the version of the user's lists is part of the key.
/// </summary>
internal sealed class TaskTotals : IDisposable
{
    /// <summary>2 MB of them.</summary>
    internal const int MaxTotals = 5_000;

    /// <summary>As long as a cached list lives.</summary>
    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(300);

    private readonly MemoryCache _totals = new(new MemoryCacheOptions { SizeLimit = MaxTotals });

    /// <summary>How many tasks fit, on all pages; null when that is not known.</summary>
    /// <param name="version">The version of the user's lists; null when nothing may be known from before.</param>
    /// <param name="query">What they have to fit.</param>
    public long? Find(string? version, TaskListQuery query) => version is not null && _totals.TryGetValue(Key(version, query), out long total) ? total : null;

    /// <summary>Keeps a total that was read after the version was.</summary>
    public void Keep(string? version, TaskListQuery query, long total)
    {
        if (version is not null)
        {
            _totals.Set(Key(version, query), total, new MemoryCacheEntryOptions { Size = 1, AbsoluteExpirationRelativeToNow = Lifetime });
        }
    }

    public void Dispose() => _totals.Dispose();

    private static (string Version, string Filter) Key(string version, TaskListQuery query) => (version, query.NormalizedFilter());
}
