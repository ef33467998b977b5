using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using StackExchange.Redis;
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

    private readonly IConnectionMultiplexer _redis;
    private readonly TimeProvider _clock;
    private readonly ILogger<RedisGate> _logger;
    private readonly CancellationTokenSource _stopping = new();
    private long _disturbedAt;
    private int _disturbances;
    private int _probing;

    public RedisGate(IConnectionMultiplexer redis, TimeProvider clock, ILogger<RedisGate> logger)
    {
        (_redis, _clock, _logger) = (redis, clock, logger);
        // What happened before this process watched is not known.
        Disturb();
        _redis.ConnectionFailed += OnConnectionFailed;
        _redis.ConnectionRestored += OnConnectionRestored;
    }

    /// <summary>Raised when Redis can be reached again.</summary>
    public event Action? Restored;

    /// <summary>How often something went wrong. The same number before and after means that nothing did in between.</summary>
    public int Disturbances => Volatile.Read(ref _disturbances);

    /// <summary>Whether Redis is thought to answer.</summary>
    public bool IsOpen => Volatile.Read(ref _probing) == 0 && _redis.IsConnected;

    /// <summary>
    /// Whether nothing has gone wrong with the connection for this long. A Redis that was away may have lost writes, or have
    /// missed some of ours; only what was written since then can be relied on.
    /// </summary>
    public bool HasBeenSteadyFor(TimeSpan duration) => _clock.GetElapsedTime(Volatile.Read(ref _disturbedAt)) > duration;

    /// <summary>Does something in Redis; null when Redis is away or did not answer in time.</summary>
    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "Whatever Redis failed with, the caller can do without it.")]
    public async ValueTask<T?> TryAsync<T>(Func<IDatabase, Task<T>> operation, CancellationToken cancellationToken)
        where T : class
    {
        if (!IsOpen)
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

    /// <summary>Has Redis do something that nobody waits for; nothing happens while Redis is away.</summary>
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
        catch (RedisException exception)
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
        Volatile.Write(ref _disturbedAt, _clock.GetTimestamp());
        Interlocked.Increment(ref _disturbances);
    }

    private void Close(Exception reason)
    {
        Disturb();
        if (Interlocked.Exchange(ref _probing, 1) == 0)
        {
            _logger.LogWarning(reason, "Redis did not answer; going on without it");
            _ = ProbeAsync(_stopping.Token);
        }
    }

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "A probe that fails is repeated.")]
    private async Task ProbeAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                await Task.Delay(ProbeInterval, _clock, cancellationToken);
                try
                {
                    if (_redis.IsConnected)
                    {
                        await _redis.GetDatabase().PingAsync().WaitAsync(Timeout, _clock, cancellationToken);
                        Disturb();
                        Volatile.Write(ref _probing, 0);
                        _logger.LogInformation("Redis answers again");
                        Restored?.Invoke();
                        return;
                    }
                }
                catch (Exception exception) when (exception is not OperationCanceledException)
                {
                    _logger.LogDebug(exception, "Redis still does not answer");
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The process ends.
        }
    }
}
