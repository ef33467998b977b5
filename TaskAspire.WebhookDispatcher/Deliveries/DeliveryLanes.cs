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
/// However many endpoints are slow, they hold back each other alone: what is sent for longer than a second gives up its place to the next, and
/// what is known to take so long begins in places of its own.
/// </summary>
internal sealed class DeliveryLanes(IOptions<DispatcherOptions> options, TimeProvider time)
{
    // A request that waits for a slow receiver costs a connection and little else.
    private const int SlowPlaces = 4;
    private static readonly TimeSpan IdleLaneLifetime = TimeSpan.FromSeconds(30);

    // An endpoint that is forgotten may take a quick place again.
    private static readonly TimeSpan IdleSlowLaneLifetime = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Ahead = TimeSpan.FromSeconds(1);

    private readonly DispatcherOptions _options = options.Value;
    private readonly Lock _lock = new();
    private readonly Dictionary<Guid, DeliveryLane> _lanes = [];
    private readonly Channel<DeliveryTurn> _ready = Channel.CreateUnbounded<DeliveryTurn>();

    // In the order of their start. What would be slow but finds no place there stays here.
    private readonly LinkedList<DeliveryTurn> _quick = [];
    private readonly Queue<DeliveryLane> _inLine = [];
    private readonly Queue<DeliveryLane> _slowInLine = [];
    private int _slow;
    private int _held;
    private bool _closed;

    /// <summary>Deliveries to be sent now, no more than <see cref="MostOpen"/> at a time.</summary>
    public ChannelReader<DeliveryTurn> Ready => _ready.Reader;

    /// <summary>The most that is being sent at a time, quick and slow.</summary>
    public int MostOpen => _options.Concurrency + MostSlow;

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

    // To endpoints that are known to be slow. The other half is for those that turn out to be.
    private int MostKnownSlow => MostSlow / 2;

    private int DefaultCap => Math.Min(_options.PerEndpointConcurrency, _options.BatchSize);

    private int MostSlow => SlowPlaces * _options.Concurrency;

    private bool SlowIsFull => _slow >= MostKnownSlow;

    /// <summary>What may be claimed now.</summary>
    public ClaimRoom Room()
    {
        lock (_lock)
        {
            var now = time.GetTimestamp();
            foreach (var (endpoint, lane) in _lanes)
            {
                if (lane.Held == 0 && time.GetElapsedTime(lane.LastUsed, now) > (lane.IsSlow ? IdleSlowLaneLifetime : IdleLaneLifetime))
                {
                    _lanes.Remove(endpoint);
                }
            }

            var total = _closed ? 0 : Math.Min(_options.BatchSize, _options.Concurrency + _options.BatchSize - (_held - _slow));
            var slowEach = SlowShare();
            return new ClaimRoom(
                total, DefaultCap, [.. _lanes.Keys], [.. _lanes.Values.Select(lane => lane.Held)],
                [.. _lanes.Values.Select(lane => CapOf(lane, slowEach))]);
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
                _lanes.Add(delivery.Target.EndpointId, lane = new DeliveryLane());
            }

            lane.Limit = delivery.Target.Concurrency ?? _options.PerEndpointConcurrency;
            lane.IsRateLimited = delivery.Target.RateLimit is not null;
            lane.LastUsed = time.GetTimestamp();
            lane.Waiting.Enqueue(delivery);
            _held++;
            Send(lane);
            return true;
        }
    }

    /// <summary>A delivery is done with; the next has its turn.</summary>
    /// <param name="turn">The delivery.</param>
    /// <param name="succeeded">Null when it was not attempted.</param>
    /// <param name="duration">What the attempt took.</param>
    /// <param name="drop">Deliveries that waited and are to be given back, since their endpoint seems dead, or slow.</param>
    /// <returns>Whether there is room worth claiming for.</returns>
    public bool Finish(DeliveryTurn turn, bool? succeeded, TimeSpan duration, out IReadOnlyList<ClaimedDelivery> drop)
    {
        lock (_lock)
        {
            var lane = turn.Lane;
            lane.LastUsed = time.GetTimestamp();
            lane.Failures = succeeded switch { true => 0, false => lane.Failures + 1, null => lane.Failures };
            if (succeeded is false)
            {
                lane.Unrecorded++;
            }

            var wasSlow = lane.IsSlow;
            if (succeeded is not null)
            {
                lane.Took(duration);
            }

            _held--;
            lane.Sending--;
            lane.SendingLong -= turn.IsLong ? 1 : 0;
            if (turn.Quick is { } place)
            {
                _quick.Remove(place);
            }
            else
            {
                _slow--;
            }

            drop = lane.Failures >= _options.LatchAfter ? Drop(lane) : [];
            // Behind those that wait already, not in the place that it has just left.
            StandInLine(lane);
            ServeLines();
            if (lane.IsSlow && !wasSlow)
            {
                drop = [.. drop, .. Drop(lane)];
            }

            return succeeded is not false && (lane.Held <= CapOf(lane, lane.IsSlow ? SlowShare() : 0) / 2 || lane.Waiting.Count == 0);
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

    /// <summary>Has what takes long by now give up its place.</summary>
    /// <param name="drop">Deliveries that waited and are to be given back, since their endpoint is silent.</param>
    /// <returns>Whether there is room worth claiming for.</returns>
    public bool MoveSlow(out IReadOnlyList<ClaimedDelivery> drop)
    {
        lock (_lock)
        {
            var now = time.GetTimestamp();
            var moved = false;
            List<ClaimedDelivery> dropped = [];
            while (_slow < MostSlow && _quick.First is { Value: var turn } && time.GetElapsedTime(turn.StartedAt, now) is var taken && taken >= DeliveryLane.SlowAfter)
            {
                _quick.RemoveFirst();
                turn.Quick = null;
                _slow++;
                moved = true;
                Silent(turn, taken, dropped);
            }

            ServeLines();
            drop = dropped;
            return moved;
        }
    }

    /// <summary>Lets nothing in any more, and nothing that waits out.</summary>
    /// <returns>What waited, to be given back. What <see cref="Ready"/> still holds is not among it.</returns>
    public IReadOnlyList<ClaimedDelivery> Close()
    {
        lock (_lock)
        {
            _closed = true;
            List<ClaimedDelivery> waiting = [.. _lanes.Values.SelectMany(Drop)];
            _ready.Writer.Complete();
            return waiting;
        }
    }

    private void Silent(DeliveryTurn turn, TimeSpan taken, List<ClaimedDelivery> dropped)
    {
        var lane = turn.Lane;
        turn.IsLong = true;
        lane.SendingLong++;
        // One of several that is late says little; the endpoint may have had a moment of its own.
        if (lane.SendingLong < lane.Sending || lane.IsSlow)
        {
            return;
        }

        lane.IsSilentFor(taken);
        Send(lane);
        dropped.AddRange(Drop(lane));
    }

    /// <summary>Sends what may be sent; where there is no place, the lane stands in line for one.</summary>
    private void Send(DeliveryLane lane)
    {
        while (lane.MaySend && HasPlace(lane))
        {
            SendNext(lane);
        }

        StandInLine(lane);
    }

    private void StandInLine(DeliveryLane lane)
    {
        if (lane.MaySend && !lane.IsInLine)
        {
            lane.IsInLine = true;
            (lane.IsSlow ? _slowInLine : _inLine).Enqueue(lane);
        }
    }

    private void ServeLines()
    {
        while (_quick.Count < _options.Concurrency && _inLine.TryDequeue(out var lane))
        {
            Serve(lane);
        }

        while (!SlowIsFull && _slowInLine.TryDequeue(out var lane))
        {
            Serve(lane);
        }
    }

    /// <summary>One, and to the end of the line with the lane: so all have their turn.</summary>
    private void Serve(DeliveryLane lane)
    {
        lane.IsInLine = false;
        // It may have become slow in the quick line, or quick in the slow one.
        if (lane.MaySend && HasPlace(lane))
        {
            SendNext(lane);
        }

        StandInLine(lane);
    }

    private bool HasPlace(DeliveryLane lane) => lane.IsSlow ? !SlowIsFull : _quick.Count < _options.Concurrency;

    private void SendNext(DeliveryLane lane)
    {
        var turn = new DeliveryTurn(lane.Waiting.Dequeue(), lane, time.GetTimestamp());
        lane.Sending++;
        if (lane.IsSlow)
        {
            _slow++;
        }
        else
        {
            turn.Quick = _quick.AddLast(turn);
        }

        _ready.Writer.TryWrite(turn);
    }

    private List<ClaimedDelivery> Drop(DeliveryLane lane)
    {
        List<ClaimedDelivery> waiting = [.. lane.Waiting];
        lane.Waiting.Clear();
        _held -= waiting.Count;
        return waiting;
    }

    /// <summary>How many each slow endpoint may begin: at least one, so that all of them have their turn.</summary>
    private int SlowShare()
    {
        var lanes = _lanes.Values.Count(lane => lane.IsSlow);
        return lanes == 0 ? 0 : (Math.Max(0, MostKnownSlow - _slow) + lanes - 1) / lanes;
    }

    private int CapOf(DeliveryLane lane, int slowEach)
    {
        // The database latches it as soon as these failures are recorded; until then no more is claimed than it would let through.
        if (lane.Failures >= _options.LatchAfter)
        {
            return 1;
        }

        if (lane.IsSlow)
        {
            return Math.Clamp(lane.Sending + slowEach, 1, lane.Limit);
        }

        // The rate was counted when it was claimed: what then waited here would go out in a bunch.
        if (lane.Failures > 0 || lane.IsRateLimited)
        {
            return lane.Limit;
        }

        if (lane.Seconds is not { } seconds)
        {
            return Math.Min(lane.Limit, DefaultCap);
        }

        var worth = lane.Limit * Ahead.TotalSeconds / Math.Max(seconds, 0.0001);
        return (int)Math.Clamp(worth, lane.Limit, Math.Max(lane.Limit, _options.BatchSize));
    }
}
