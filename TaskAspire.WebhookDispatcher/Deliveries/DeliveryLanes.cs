using System.Threading.Channels;
using Microsoft.Extensions.Options;
using TaskAspire.WebhookDispatcher.Configuration;

namespace TaskAspire.WebhookDispatcher.Deliveries;

/// <summary>What may be claimed.</summary>
/// <param name="Total">Deliveries in all.</param>
/// <param name="DefaultCap">Deliveries of an endpoint that is not among <paramref name="Endpoints"/>.</param>
/// <param name="Endpoints">Endpoints that have deliveries here, or had lately.</param>
/// <param name="Held">How many of each are here, failures that are not recorded yet included.</param>
/// <param name="Caps">How many of each may be here.</param>
internal sealed record ClaimRoom(int Total, int DefaultCap, Guid[] Endpoints, int[] Held, int[] Caps);

/// <summary>
/// The deliveries this dispatcher holds: a lane for each endpoint, of which a limited number is sent at a time and the rest waits. A fast
/// endpoint is given work for about a second ahead, a slow one no more than it is being sent, so that nothing claimed waits out its lease here.
/// </summary>
internal sealed class DeliveryLanes(IOptions<DispatcherOptions> options, TimeProvider time)
{
    private static readonly TimeSpan IdleLaneLifetime = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Ahead = TimeSpan.FromSeconds(1);
    private const double WeightOfLast = 0.2;

    private readonly DispatcherOptions _options = options.Value;
    private readonly Lock _lock = new();
    private readonly Dictionary<Guid, Lane> _lanes = [];
    private readonly Channel<ClaimedDelivery> _ready = Channel.CreateUnbounded<ClaimedDelivery>();
    private int _held;
    private bool _closed;

    /// <summary>Deliveries whose turn it is. Bounded by what <see cref="Room"/> lets in.</summary>
    public ChannelReader<ClaimedDelivery> Ready => _ready.Reader;

    /// <summary>Deliveries held.</summary>
    public int Held
    {
        get
        {
            lock (_lock)
            {
                return _held;
            }
        }
    }

    // Twice what is sent at a time: enough that an endpoint of unknown speed does not run dry, little enough to wait for a slow one.
    private int DefaultCap => Math.Min(2 * _options.PerEndpointConcurrency, _options.BatchSize);

    /// <summary>What may be claimed now.</summary>
    public ClaimRoom Room()
    {
        lock (_lock)
        {
            var now = time.GetTimestamp();
            foreach (var (endpoint, lane) in _lanes)
            {
                if (lane.Held == 0 && time.GetElapsedTime(lane.LastUsed, now) > IdleLaneLifetime)
                {
                    _lanes.Remove(endpoint);
                }
            }

            var total = _closed ? 0 : Math.Min(_options.BatchSize, _options.Concurrency + _options.BatchSize - _held);
            return new ClaimRoom(
                total, DefaultCap, [.. _lanes.Keys], [.. _lanes.Values.Select(lane => lane.Held)], [.. _lanes.Values.Select(CapOf)]);
        }
    }

    /// <summary>Takes in what was claimed.</summary>
    /// <returns>False when the lanes are closed; the delivery is to be given back.</returns>
    public bool TryAdd(ClaimedDelivery delivery)
    {
        lock (_lock)
        {
            if (_closed)
            {
                return false;
            }

            if (!_lanes.TryGetValue(delivery.Target.EndpointId, out var lane))
            {
                _lanes.Add(delivery.Target.EndpointId, lane = new Lane());
            }

            lane.Limit = delivery.Target.Concurrency ?? _options.PerEndpointConcurrency;
            lane.IsRateLimited = delivery.Target.RateLimit is not null;
            _held++;
            lane.LastUsed = time.GetTimestamp();
            if (lane.Sending < lane.Limit)
            {
                lane.Sending++;
                _ready.Writer.TryWrite(delivery);
            }
            else
            {
                lane.Waiting.Enqueue(delivery);
            }

            return true;
        }
    }

    /// <summary>A delivery is done with; the next of its endpoint has its turn.</summary>
    /// <param name="delivery">The delivery.</param>
    /// <param name="succeeded">Null when it was not attempted.</param>
    /// <param name="duration">What the attempt took.</param>
    /// <param name="drop">Deliveries that waited and are to be given back, since their endpoint seems dead.</param>
    /// <returns>Whether there is room worth claiming for.</returns>
    public bool Finish(ClaimedDelivery delivery, bool? succeeded, TimeSpan duration, out IReadOnlyList<ClaimedDelivery> drop)
    {
        lock (_lock)
        {
            var lane = _lanes[delivery.Target.EndpointId];
            lane.LastUsed = time.GetTimestamp();
            lane.Failures = succeeded switch { true => 0, false => lane.Failures + 1, null => lane.Failures };
            if (succeeded is false)
            {
                lane.Unrecorded++;
            }

            if (succeeded is not null)
            {
                lane.Seconds = lane.Seconds is { } average ? average + (WeightOfLast * (duration.TotalSeconds - average)) : duration.TotalSeconds;
            }

            _held--;
            drop = [];
            if (lane.Failures >= _options.LatchAfter && lane.Waiting.Count > 0)
            {
                drop = [.. lane.Waiting];
                _held -= drop.Count;
                lane.Waiting.Clear();
            }

            // More than the limit are being sent when it was lowered meanwhile.
            if (lane.Sending <= lane.Limit && lane.Waiting.TryDequeue(out var next))
            {
                _ready.Writer.TryWrite(next);
            }
            else
            {
                lane.Sending--;
            }

            return succeeded is not false && (lane.Held <= CapOf(lane) / 2 || lane.Waiting.Count == 0);
        }
    }

    /// <summary>
    /// What came of a failed attempt is written. Until then its place is not given to another: the database, which latches the endpoint, does
    /// not know of the failure yet, and would let more through.
    /// </summary>
    public void FailureRecorded(ClaimedDelivery delivery)
    {
        lock (_lock)
        {
            _lanes[delivery.Target.EndpointId].Unrecorded--;
        }
    }

    /// <summary>Lets nothing in any more, and nothing that waits out.</summary>
    /// <returns>What waited, to be given back. What <see cref="Ready"/> still holds is not among it.</returns>
    public IReadOnlyList<ClaimedDelivery> Close()
    {
        lock (_lock)
        {
            _closed = true;
            List<ClaimedDelivery> waiting = [.. _lanes.Values.SelectMany(lane => lane.Waiting)];
            foreach (var lane in _lanes.Values)
            {
                lane.Waiting.Clear();
            }

            _held -= waiting.Count;
            _ready.Writer.Complete();
            return waiting;
        }
    }

    private int CapOf(Lane lane)
    {
        // The database latches it as soon as these failures are recorded; until then no more is claimed than it would let through.
        if (lane.Failures >= _options.LatchAfter)
        {
            return 1;
        }

        // The rate was counted when it was claimed: what then waited here would go out in a bunch.
        if (lane.Failures > 0 || lane.IsRateLimited)
        {
            return lane.Limit;
        }

        if (lane.Seconds is not { } seconds)
        {
            return Math.Min(2 * lane.Limit, Math.Max(lane.Limit, _options.BatchSize));
        }

        var worth = lane.Limit * Ahead.TotalSeconds / Math.Max(seconds, 0.0001);
        return (int)Math.Clamp(worth, lane.Limit, Math.Max(lane.Limit, _options.BatchSize));
    }

    private sealed class Lane
    {
        public Queue<ClaimedDelivery> Waiting { get; } = [];

        public int Limit { get; set; }

        public bool IsRateLimited { get; set; }

        public int Sending { get; set; }

        public int Failures { get; set; }

        public double? Seconds { get; set; }

        public long LastUsed { get; set; }

        public int Unrecorded { get; set; }

        public int Held => Sending + Waiting.Count + Unrecorded;
    }
}
