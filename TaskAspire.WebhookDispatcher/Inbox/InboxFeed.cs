using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace TaskAspire.WebhookDispatcher.Inbox;

/// <summary>The last webhooks that arrived, what the next ones get, and who watches. In memory alone.</summary>
internal sealed class InboxFeed(TimeProvider time)
{
    /// <summary>Webhooks that are kept.</summary>
    public const int Capacity = 200;

    /// <summary>News that may wait for a watcher. One that falls farther behind is cut off; its browser connects again and is sent everything.</summary>
    private const int WatcherCapacity = 2 * Capacity;

    private readonly Lock _lock = new();
    private readonly Queue<InboxDelivery> _deliveries = new(Capacity);
    private readonly HashSet<Channel<SseItem<object>>> _watchers = [];
    private AnswerPlan _plan = AnswerPlan.None;
    private long _lastNumber;
    private bool _closed;

    /// <summary>Keeps an arrival and shows it to those who watch.</summary>
    /// <returns>What to answer.</returns>
    public InboxAnswer Take(InboxArrival arrival)
    {
        lock (_lock)
        {
            var planned = _plan;
            if (planned.Count > 0)
            {
                SetPlan(planned.Count == 1 ? AnswerPlan.None : planned with { Count = planned.Count - 1 });
            }

            if (_deliveries.Count == Capacity)
            {
                _deliveries.Dequeue();
            }

            var delivery = new InboxDelivery(++_lastNumber, time.GetUtcNow(), AttemptOf(arrival), planned.Answer, arrival);
            _deliveries.Enqueue(delivery);
            Tell(Delivery(delivery));
            return InboxAnswer.All[planned.Answer];
        }
    }

    /// <summary>Decides what the next webhooks get.</summary>
    public void Plan(AnswerPlan plan)
    {
        lock (_lock)
        {
            SetPlan(plan);
        }
    }

    /// <summary>Forgets what has arrived.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            _deliveries.Clear();
            Tell(Start());
        }
    }

    /// <summary>Lets all go who watch, so that the service can stop.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _closed = true;
            foreach (var watcher in _watchers)
            {
                watcher.Writer.TryComplete();
            }
        }
    }

    /// <summary>What is kept, oldest first, and then what comes.</summary>
    public async IAsyncEnumerable<SseItem<object>> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var watcher = Channel.CreateBounded<SseItem<object>>(WatcherCapacity);
        List<SseItem<object>> kept;
        lock (_lock)
        {
            if (_closed)
            {
                yield break;
            }

            kept = [Start(), .. _deliveries.Select(Delivery)];
            _watchers.Add(watcher);
        }

        try
        {
            foreach (var item in kept)
            {
                yield return item;
            }

            await foreach (var item in watcher.Reader.ReadAllAsync(cancellationToken))
            {
                yield return item;
            }
        }
        finally
        {
            lock (_lock)
            {
                _watchers.Remove(watcher);
            }
        }
    }

    private static SseItem<object> Delivery(InboxDelivery delivery) => new(delivery, "delivery");

    private SseItem<object> Start() => new(_plan, "start");

    private int AttemptOf(InboxArrival arrival) => 1 + _deliveries
        .Where(earlier => arrival.WebhookId is not null && earlier.Arrival.WebhookId == arrival.WebhookId
            && earlier.Arrival.EndpointId == arrival.EndpointId && earlier.Arrival.Inbox == arrival.Inbox)
        .Select(earlier => earlier.Attempt)
        .DefaultIfEmpty(0)
        .Max();

    private void SetPlan(AnswerPlan plan)
    {
        _plan = plan;
        Tell(new SseItem<object>(plan, "plan"));
    }

    private void Tell(SseItem<object> news)
    {
        foreach (var watcher in _watchers)
        {
            if (!watcher.Writer.TryWrite(news))
            {
                watcher.Writer.TryComplete();
            }
        }
    }
}
