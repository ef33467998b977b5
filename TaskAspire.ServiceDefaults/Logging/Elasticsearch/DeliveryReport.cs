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
    private static readonly TimeSpan BetweenRefusals = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private long _dropped;
    private long _droppedBefore;
    private DateTimeOffset? _awaySince;
    private DateTimeOffset _lastRefusal = DateTimeOffset.MinValue;
    private int _refused;

    public long Dropped => Interlocked.Read(ref _dropped);

    public void Drop(int events)
    {
        Interlocked.Add(ref _dropped, events);
        LogMetrics.Dropped(events);
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

        Log(log => log.LogInformation("Elasticsearch takes log events again after {Away}; {Dropped} were dropped meanwhile", away, Dropped - _droppedBefore));
    }

    /// <summary>Events that would be refused again.</summary>
    /// <param name="events">How many.</param>
    /// <param name="status">The status code of each.</param>
    /// <param name="kind">Elasticsearch's word for the error.</param>
    public void Refused(int events, int status, string kind)
    {
        Drop(events);
        int refused;
        lock (_lock)
        {
            _refused += events;
            if (time.GetUtcNow() - _lastRefusal < BetweenRefusals)
            {
                return;
            }

            _lastRefusal = time.GetUtcNow();
            (refused, _refused) = (_refused, 0);
        }

        Log(log => log.LogWarning("Elasticsearch refused {Count} log events ({RefusalStatus} {Kind}); they are dropped", refused, status, kind));
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
}
