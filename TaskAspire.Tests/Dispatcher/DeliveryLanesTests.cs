using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using TaskAspire.WebhookDispatcher.Configuration;
using TaskAspire.WebhookDispatcher.Deliveries;

namespace TaskAspire.Tests.Dispatcher;

public class DeliveryLanesTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly DispatcherOptions _options = new() { Concurrency = 4, PerEndpointConcurrency = 3, BatchSize = 20 };
    private readonly DeliveryLanes _lanes;

    public DeliveryLanesTests() => _lanes = new DeliveryLanes(Options.Create(_options), _time);

    [Fact]
    public void An_endpoint_that_failed_many_times_is_claimed_for_once_before_that_is_recorded()
    {
        var deliveries = Add(Guid.NewGuid(), _options.LatchAfter);
        var turns = Started();
        for (var failures = 1; failures < _options.LatchAfter; failures++)
        {
            Fail(turns.Dequeue());
            foreach (var next in Started())
            {
                turns.Enqueue(next);
            }
        }

        Assert.Equal([_options.PerEndpointConcurrency], _lanes.Room().Caps);
        Fail(turns.Dequeue());
        Assert.Equal([1], _lanes.Room().Caps);

        // Not even once before the database knows, and by then it has latched the endpoint.
        Assert.Equal([_options.LatchAfter], _lanes.Room().Held);
        Assert.All(deliveries, _lanes.FailureRecorded);
        Assert.Equal([0], _lanes.Room().Held);

        void Fail(DeliveryTurn turn) => _lanes.Finish(turn, succeeded: false, TimeSpan.Zero, out _);
    }

    [Fact]
    public void The_first_request_to_an_endpoint_is_alone_until_it_is_known_how_fast_it_is()
    {
        Add(Guid.NewGuid(), 5);
        var first = Assert.Single(Started());
        Succeed(first, TimeSpan.FromMilliseconds(50));
        Assert.Equal(3, Started().Count);
        // As much as it takes in a second.
        Assert.Equal([20], _lanes.Room().Caps);
    }

    [Fact]
    public void What_takes_longer_than_a_second_gives_up_its_place()
    {
        foreach (var endpoint in Endpoints(6))
        {
            Add(endpoint, 1);
        }

        Assert.Equal(4, Started().Count);
        _time.Advance(DeliveryLane.SlowAfter / 2);
        Assert.False(_lanes.MoveSlow(out _));
        Assert.Empty(Started());
        _time.Advance(DeliveryLane.SlowAfter / 2);
        Assert.True(_lanes.MoveSlow(out _));
        Assert.Equal(2, Started().Count);
    }

    [Fact]
    public void Slow_endpoints_leave_a_place_for_a_quick_one()
    {
        var slow = Endpoints(10);
        var open = 0;
        // As the pump does: as much as there is room for, of those that have room.
        for (var second = 0; second < 10; second++)
        {
            Claim(slow);
            open += Started().Count;
            _time.Advance(DeliveryLane.SlowAfter);
            _lanes.MoveSlow(out _);
        }

        // Each its first one, and five more, which are what was left then of the half of the places for slow ones.
        Assert.Equal(15, open);
        Assert.True(_lanes.Room().Total > 0);
        Add(Guid.NewGuid(), 1);
        Assert.Single(Started());
    }

    [Fact]
    public void Endpoints_take_turns()
    {
        var endpoints = Endpoints(5);
        foreach (var endpoint in endpoints)
        {
            Add(endpoint, 1);
            Succeed(Assert.Single(Started()), TimeSpan.FromMilliseconds(1));
        }

        foreach (var endpoint in endpoints)
        {
            Add(endpoint, 3);
        }

        var turns = Started();
        Assert.Equal([endpoints[0], endpoints[0], endpoints[0], endpoints[1]], turns.Select(Endpoint));
        for (var i = 0; i < 4; i++)
        {
            Succeed(turns.Dequeue(), TimeSpan.FromMilliseconds(1));
            turns.Enqueue(Assert.Single(Started()));
        }

        // Nor does the second, of which more waits, take the place again that it has just left.
        Assert.Equal([endpoints[1], endpoints[2], endpoints[3], endpoints[4]], turns.Select(Endpoint));
    }

    [Fact]
    public void Slow_endpoints_take_turns()
    {
        var endpoints = Endpoints(8);
        foreach (var endpoint in endpoints)
        {
            Add(endpoint, 1);
            Succeed(Assert.Single(Started()), TimeSpan.FromSeconds(2));
        }

        Assert.All(_lanes.Room().Caps, cap => Assert.Equal(1, cap));
        foreach (var endpoint in endpoints)
        {
            Add(endpoint, 2);
        }

        // Half of the places for slow ones, the other half is for those that turn out to be.
        var turns = Started();
        Assert.Equal(8, turns.Count);
        Assert.Equal(0, _lanes.Room().Caps.Zip(_lanes.Room().Held).Sum(lane => Math.Max(0, lane.First - lane.Second)));
        var again = new List<Guid>();
        while (turns.TryDequeue(out var turn))
        {
            Succeed(turn, TimeSpan.FromSeconds(2));
            again.AddRange(Started().Select(Endpoint));
        }

        // The first four had two places each.
        Assert.Equal([.. endpoints[4..], .. endpoints[4..]], again);
    }

    [Fact]
    public void What_waits_behind_a_silent_endpoint_is_given_back()
    {
        var endpoint = Guid.NewGuid();
        Add(endpoint, 1);
        Succeed(Assert.Single(Started()), TimeSpan.FromMilliseconds(1));
        Add(endpoint, 20);
        var turns = Started();
        Assert.Equal(3, turns.Count);

        // One of them is late, and then they all are.
        Succeed(turns.Dequeue(), TimeSpan.FromMilliseconds(1));
        turns.Enqueue(Assert.Single(Started()));
        _time.Advance(DeliveryLane.SlowAfter - TimeSpan.FromMilliseconds(1));
        Succeed(turns.Dequeue(), DeliveryLane.SlowAfter - TimeSpan.FromMilliseconds(1));
        Assert.Single(Started());
        _time.Advance(TimeSpan.FromMilliseconds(1));
        _lanes.MoveSlow(out var dropped);
        Assert.Empty(dropped);
        _time.Advance(DeliveryLane.SlowAfter);
        _lanes.MoveSlow(out dropped);
        Assert.Equal(15, dropped.Count);
        Assert.Equal([3], _lanes.Room().Held);
        Assert.Equal([3], _lanes.Room().Caps);
    }

    [Fact]
    public void An_endpoint_that_has_become_quick_is_treated_as_such()
    {
        var endpoint = Guid.NewGuid();
        Add(endpoint, 1);
        var turn = Assert.Single(Started());
        _time.Advance(DeliveryLane.SlowAfter);
        _lanes.MoveSlow(out _);
        Assert.Equal([3], _lanes.Room().Caps);
        Succeed(turn, DeliveryLane.SlowAfter);
        Add(endpoint, 1);
        Succeed(Assert.Single(Started()), TimeSpan.FromMilliseconds(1));
        Assert.InRange(Assert.Single(_lanes.Room().Caps), 3, 4);
        for (var i = 0; i < 20; i++)
        {
            Add(endpoint, 1);
            Succeed(Assert.Single(Started()), TimeSpan.FromMilliseconds(1));
        }

        Assert.Equal([20], _lanes.Room().Caps);
    }

    private void Claim(IReadOnlyList<Guid> endpoints)
    {
        var room = _lanes.Room();
        var left = room.Total;
        foreach (var endpoint in endpoints)
        {
            var known = Array.IndexOf(room.Endpoints, endpoint);
            var count = Math.Min(left, known < 0 ? room.DefaultCap : Math.Max(0, room.Caps[known] - room.Held[known]));
            Add(endpoint, count);
            left -= count;
        }
    }

    private static Guid[] Endpoints(int count) => [.. Enumerable.Range(0, count).Select(_ => Guid.NewGuid())];

    private List<ClaimedDelivery> Add(Guid endpoint, int count)
    {
        var target = new DeliveryTarget(endpoint, "https://example.com", false, null, null, null, null, null, null, null);
        var deliveries = Enumerable.Range(0, count).Select(_ => new ClaimedDelivery(
            Guid.NewGuid(), Guid.NewGuid(), "task.created", 0, DateTimeOffset.UnixEpoch, [], null, target) { Lease = new Lease(Guid.Empty, 0) }).ToList();
        Assert.All(deliveries, delivery => Assert.True(_lanes.TryAdd(delivery)));
        return deliveries;
    }

    private static Guid Endpoint(DeliveryTurn turn) => turn.Delivery.Target.EndpointId;

    private Queue<DeliveryTurn> Started()
    {
        var turns = new Queue<DeliveryTurn>();
        while (_lanes.Ready.TryRead(out var turn))
        {
            turns.Enqueue(turn);
        }

        return turns;
    }

    private void Succeed(DeliveryTurn turn, TimeSpan duration) => _lanes.Finish(turn, succeeded: true, duration, out _);
}
