namespace TaskAspire.ApiService.RateLimiting;

/// <summary>
/// Counts requests in this process, for the time that Redis is away. Not <c>System.Threading.RateLimiting</c>: its windows
/// follow the system's clock only, tell no count, and its partitions have no upper bound.
/// </summary>
internal sealed class MemoryRequestCounts(TimeProvider clock, int capacity = MemoryRequestCounts.DefaultCapacity)
{
    /// <summary>Callers remembered at a time, some 20 MB.</summary>
    internal const int DefaultCapacity = 100_000;

    private readonly Dictionary<string, Window> _windows = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();

    /// <summary>Callers remembered now.</summary>
    internal int Size
    {
        get
        {
            lock (_lock)
            {
                return _windows.Count;
            }
        }
    }

    /// <summary>Counts one request.</summary>
    public RateLimitCount Add(string key, RateLimitRule rule)
    {
        var now = clock.GetUtcNow();
        lock (_lock)
        {
            if (!_windows.TryGetValue(key, out var window) || window.End <= now)
            {
                if (window is null && _windows.Count >= capacity)
                {
                    MakeRoom(now);
                }

                _windows[key] = window = new Window(now + rule.Window);
            }

            return new RateLimitCount(rule.PermitLimit, ++window.Count, window.End - now);
        }
    }

    /// <summary>Forgets whose window is over, and if that is not enough a tenth of all: those who would be free again soonest.</summary>
    private void MakeRoom(DateTimeOffset now)
    {
        var byEnd = _windows.OrderBy(entry => entry.Value.End).Select(entry => (entry.Key, entry.Value.End)).ToList();
        var over = byEnd.TakeWhile(entry => entry.End <= now).Count();
        foreach (var (key, _) in byEnd.Take(Math.Max(over, capacity / 10 + 1)))
        {
            _windows.Remove(key);
        }
    }

    private sealed class Window(DateTimeOffset end)
    {
        public DateTimeOffset End { get; } = end;

        public long Count { get; set; }
    }
}
