using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using StackExchange.Redis;
using TaskAspire.ServiceDefaults.Health;
using TaskAspire.ServiceDefaults.Telemetry;

namespace TaskAspire.ApiService.Redis;

/// <summary>
/// The way to Redis for what can do without it. Once Redis is known to be away nobody waits for it: the answer is "none" at
/// once, and a probe in the background finds out when it is back.
/// </summary>
internal sealed class RedisGate : IDisposable
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ProbeInterval = TimeSpan.FromMilliseconds(500);

    /// <summary>A connection that broke is mostly made anew within milliseconds.</summary>
    private static readonly TimeSpan FirstProbe = TimeSpan.FromMilliseconds(20);

    /// <summary>
    /// How long it takes the last instance to find a Redis that is back: 3 s between two connects at most, 1 s until it is noticed that one is due, 1.5 s for a
    /// connect that gets no answer, 1.5 s for a probe that gets none.
    /// </summary>
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(8);

    private readonly IConnectionMultiplexer _redis;
    private readonly TimeProvider _clock;
    private readonly ILogger<RedisGate> _logger;
    private readonly CancellationTokenSource _stopping = new();
    private long _disturbedAt;
    private int _disturbances;
    private long _openedAt;

    /// <summary>0 until the first time.</summary>
    private long _lostAt;

    /// <summary>The time that Redis is away; null while it is not known to be.</summary>
    private Absence? _absence;

    public RedisGate(IConnectionMultiplexer redis, TimeProvider clock, ILogger<RedisGate> logger)
    {
        (_redis, _clock, _logger) = (redis, clock, logger);
        // What happened before this process watched is not known.
        (_disturbedAt, _disturbances) = (clock.GetTimestamp(), 1);
        _redis.ConnectionFailed += OnConnectionFailed;
        _redis.ConnectionRestored += OnConnectionRestored;
    }

    /// <summary>Raised when Redis can be reached again.</summary>
    public event Action? Restored;

    /// <summary>How often something went wrong. The same number before and after means that nothing did in between.</summary>
    public int Disturbances => Volatile.Read(ref _disturbances);

    /// <summary>Whether Redis is thought to answer.</summary>
    public bool IsOpen => Volatile.Read(ref _absence) is null && _redis.IsConnected;

    /// <summary>
    /// Whether nothing has gone wrong with the connection for this long. A Redis that was away may have lost writes, or have
    /// missed some of ours; only what was written since then can be relied on.
    /// </summary>
    public bool HasBeenSteadyFor(TimeSpan duration) => _clock.GetElapsedTime(Volatile.Read(ref _disturbedAt)) > duration;

    /// <summary>
    /// Whether Redis has been there for so long that instances which lost it together with this one have found it again, too. Until then they may write
    /// without telling Redis.
    /// </summary>
    public bool IsSettled => Volatile.Read(ref _lostAt) is var lostAt && (lostAt == 0 || _clock.GetElapsedTime(lostAt) > Settling);

    /// <summary>Does something in Redis; null when Redis is away or did not answer in time.</summary>
    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "Whatever Redis failed with, the caller can do without it.")]
    public async ValueTask<T?> TryAsync<T>(Func<IDatabase, Task<T>> operation, CancellationToken cancellationToken)
        where T : class
    {
        // Where there is no connection the command fails at once (RedisDefaults), and tells why there is none.
        if (Volatile.Read(ref _absence) is not null)
        {
            return null;
        }

        var started = Stopwatch.GetTimestamp();
        try
        {
            var answer = await operation(_redis.GetDatabase()).WaitAsync(Timeout, _clock, cancellationToken);
            RedisMetrics.Record(started, answered: true);
            return answer;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception exception)
        {
            RedisMetrics.Record(started, answered: false);
            Close(exception);
            return null;
        }
    }

    /// <summary>
    /// The same for what other instances go by, so must learn before the client is answered. Where Redis has only just gone it is waited for, a second at most:
    /// a connection that broke is back by then, and one that was lost for longer holds up nobody.
    /// </summary>
    public async ValueTask<T?> InsistAsync<T>(Func<IDatabase, Task<T>> operation, CancellationToken cancellationToken)
        where T : class
    {
        var started = _clock.GetTimestamp();
        while (true)
        {
            var answer = await TryAsync(operation, cancellationToken);
            if (answer is not null || !await IsBackSoonAsync(started, cancellationToken))
            {
                return answer;
            }
        }
    }

    /// <summary>Has Redis do something that nobody waits for; nothing happens while Redis is away.</summary>
    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "Not all that the client throws is a RedisException: what a replica refuses is none.")]
    public void Send(Action<IDatabase> operation)
    {
        if (!IsOpen)
        {
            return;
        }

        try
        {
            operation(_redis.GetDatabase());
        }
        catch (Exception exception)
        {
            Close(exception);
        }
    }

    public void Dispose()
    {
        _redis.ConnectionFailed -= OnConnectionFailed;
        _redis.ConnectionRestored -= OnConnectionRestored;
        _stopping.Cancel();
        _stopping.Dispose();
    }

    private void OnConnectionFailed(object? sender, ConnectionFailedEventArgs change) => Disturb();

    private void OnConnectionRestored(object? sender, ConnectionFailedEventArgs change)
    {
        Disturb();
        Restored?.Invoke();
    }

    private void Disturb()
    {
        var now = _clock.GetTimestamp();
        Volatile.Write(ref _disturbedAt, now);
        Volatile.Write(ref _lostAt, now);
        Interlocked.Increment(ref _disturbances);
    }

    private void Close(Exception reason)
    {
        Disturb();
        if (Volatile.Read(ref _absence) is null && Interlocked.CompareExchange(ref _absence, new Absence(_clock.GetTimestamp()), null) is null)
        {
            _logger.LogWarning(reason, "Redis did not answer; going on without it");
            // One that came back only just now, and failed again, is not asked at once.
            var pause = _clock.GetElapsedTime(Volatile.Read(ref _openedAt)) > Timeout ? FirstProbe : ProbeInterval;
            _ = ProbeAsync(pause, _stopping.Token);
        }
    }

    /// <summary>Waits for Redis to come back; false when it does not within a second of its going, or of <paramref name="started"/>.</summary>
    private async ValueTask<bool> IsBackSoonAsync(long started, CancellationToken cancellationToken)
    {
        var absence = Volatile.Read(ref _absence);
        var left = Timeout - _clock.GetElapsedTime(Math.Min(started, absence?.Since ?? started));
        if (left <= TimeSpan.Zero)
        {
            return false;
        }

        try
        {
            await (absence?.Ended.Task ?? Task.CompletedTask).WaitAsync(left, _clock, cancellationToken);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "A probe that fails is repeated.")]
    private async Task ProbeAsync(TimeSpan pause, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await Task.Delay(pause, _clock, cancellationToken);
                if (_redis.IsConnected)
                {
                    await RedisProbe.AskAsync(_redis.GetDatabase()).WaitAsync(Timeout, _clock, cancellationToken);
                    Open();
                    return;
                }
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                // Cancellations, too: the client cancels what was under way when it gives up a connection.
                _logger.LogDebug(exception, "Redis still does not answer");
            }
            catch (OperationCanceledException)
            {
                // The process ends.
            }

            pause = pause * 2 < ProbeInterval ? pause * 2 : ProbeInterval;
        }
    }

    private void Open()
    {
        Disturb();
        Volatile.Write(ref _openedAt, _clock.GetTimestamp());
        var absence = Interlocked.Exchange(ref _absence, null);
        _logger.LogInformation("Redis answers again");
        absence!.Ended.TrySetResult();
        Restored?.Invoke();
    }

    private sealed class Absence(long since)
    {
        /// <summary>When it was noticed.</summary>
        public long Since { get; } = since;

        public TaskCompletionSource Ended { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
