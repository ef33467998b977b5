using System.Net;
using Microsoft.Extensions.Logging;
using TaskAspire.ServiceDefaults.Telemetry;

namespace TaskAspire.ServiceDefaults.Logging.Elasticsearch;

/// <summary>
/// Counts what is lost and says, in the log itself, when Elasticsearch goes away and comes back: once each, since these lines wait for it,
/// too. Texts of Elasticsearch are not passed on; they quote the events it refused.
/// </summary>
/// <param name="logger">Got at the first use: whoever makes the logs cannot ask for a logger while they are made.</param>
/// <param name="options">How much is kept meanwhile.</param>
/// <param name="time">The clock.</param>
internal sealed class DeliveryReport(Func<ILogger> logger, ElasticsearchOptions options, TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly Repeated _refused = new(time);
    private readonly Repeated _overflowed = new(time);
    private long _dropped;
    private long _droppedBefore;
    private DateTimeOffset? _awaySince;

    public long Dropped => Interlocked.Read(ref _dropped);

    public void Drop(int events)
    {
        Interlocked.Add(ref _dropped, events);
        LogMetrics.Dropped(events);
    }

    /// <summary>An event found the buffer full.</summary>
    public void Overflow()
    {
        Drop(1);
        if (_overflowed.Add(1) is { } count)
        {
            Log(log => log.LogWarning("{BufferSize} log events wait for Elasticsearch already; {Count} were dropped", options.BufferSize, count));
        }
    }

    public void Away(string reason)
    {
        lock (_lock)
        {
            if (_awaySince is not null)
            {
                return;
            }

            _awaySince = time.GetUtcNow();
            _droppedBefore = Dropped;
        }

        Log(log => log.LogWarning("Elasticsearch takes no log events ({Reason}); up to {BufferSize} wait for it", reason, options.BufferSize));
    }

    public void Back()
    {
        TimeSpan away;
        lock (_lock)
        {
            if (_awaySince is not { } since)
            {
                return;
            }

            away = time.GetUtcNow() - since;
            _awaySince = null;
        }

        Log(log => log.LogInformation("Elasticsearch takes log events again after {Seconds:0} s; {Dropped} were dropped meanwhile", away.TotalSeconds, Dropped - _droppedBefore));
    }

    /// <summary>Events that would be refused again.</summary>
    /// <param name="events">How many.</param>
    /// <param name="status">The status code of each.</param>
    /// <param name="kind">Elasticsearch's word for the error.</param>
    public void Refused(int events, int status, string kind)
    {
        Drop(events);
        if (_refused.Add(events) is { } count)
        {
            Log(log => log.LogWarning("Elasticsearch refused {Count} log events ({RefusalStatus} {Kind}); they are dropped", count, status, kind));
        }
    }

    public void SetUpRefused(string path, HttpStatusCode status) => Log(log => log.LogWarning(
        "Elasticsearch does not let this service set up its data stream ({Setup} answered {RefusalStatus}); see ops/elasticsearch for what somebody else has to put there",
        path,
        (int)status));

    private void Log(Action<ILogger> write)
    {
        try
        {
            write(logger());
        }
        catch (ObjectDisposedException)
        {
            // The service has stopped, and with it what would say so.
        }
    }

    /// <summary>What is said at most once a minute, with the number of times since.</summary>
    private sealed class Repeated(TimeProvider time)
    {
        private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

        private readonly Lock _lock = new();
        private DateTimeOffset _next = DateTimeOffset.MinValue;
        private int _count;

        /// <returns>The number to say now; null when it is not time yet.</returns>
        public int? Add(int count)
        {
            lock (_lock)
            {
                _count += count;
                var now = time.GetUtcNow();
                if (now < _next)
                {
                    return null;
                }

                _next = now + Interval;
                (count, _count) = (_count, 0);
                return count;
            }
        }
    }
}
