using System.Diagnostics.Metrics;
using Microsoft.Extensions.Options;
using TaskAspire.Data;

namespace TaskAspire.ApiService.Live;

/// <summary>One open stream. It is told that there is something to read, not what: it reads at its client's pace.</summary>
internal sealed class LiveListener(LiveListeners listeners, Guid userId) : IDisposable
{
    public Guid UserId => userId;

    public WakeSignal Wake { get; } = new();

    public void Dispose() => listeners.Remove(this);
}

/// <summary>The open streams of this instance, by user.</summary>
internal sealed class LiveListeners(IOptions<LiveOptions> options)
{
    private static readonly Meter Meter = new("TaskAspire.Live");

    private static int s_open;

    private readonly Lock _lock = new();
    private readonly Dictionary<Guid, HashSet<LiveListener>> _byUser = [];
    private int _count;

    // Observed rather than added, so that it is there, as zero, from the start.
    static LiveListeners() => Meter.CreateObservableUpDownCounter("live_streams", () => Volatile.Read(ref s_open), unit: null, "Open streams of live events.");

    /// <summary>What keeps another stream from being opened.</summary>
    public enum Refusal
    {
        /// <summary>The user has as many as a user may.</summary>
        User,

        /// <summary>The instance has as many as it serves.</summary>
        Instance,
    }

    /// <summary>Adds a stream; null, with the reason, when there is no room.</summary>
    public LiveListener? TryAdd(Guid userId, out Refusal? refusal)
    {
        lock (_lock)
        {
            var mine = _byUser.GetValueOrDefault(userId);
            refusal = mine?.Count >= options.Value.MaxPerUser ? Refusal.User : _count >= options.Value.MaxPerInstance ? Refusal.Instance : null;
            if (refusal is not null)
            {
                return null;
            }

            if (mine is null)
            {
                _byUser[userId] = mine = new HashSet<LiveListener>(1);
            }

            var listener = new LiveListener(this, userId);
            mine.Add(listener);
            _count++;
            Interlocked.Increment(ref s_open);
            return listener;
        }
    }

    public void Remove(LiveListener listener)
    {
        lock (_lock)
        {
            if (!_byUser.TryGetValue(listener.UserId, out var mine) || !mine.Remove(listener))
            {
                return;
            }

            _count--;
            Interlocked.Decrement(ref s_open);
            if (mine.Count == 0)
            {
                _byUser.Remove(listener.UserId);
            }
        }
    }

    /// <summary>Something of the user changed.</summary>
    public void Wake(Guid userId)
    {
        lock (_lock)
        {
            foreach (var listener in _byUser.GetValueOrDefault(userId) ?? [])
            {
                listener.Wake.Set();
            }
        }
    }

    /// <summary>Something may have changed that nobody heard of.</summary>
    public void WakeAll()
    {
        lock (_lock)
        {
            foreach (var listener in _byUser.Values.SelectMany(l => l))
            {
                listener.Wake.Set();
            }
        }
    }
}
