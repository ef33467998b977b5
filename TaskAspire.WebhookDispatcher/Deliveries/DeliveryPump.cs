using Microsoft.Extensions.Options;
using TaskAspire.WebhookDispatcher.Configuration;
using TaskAspire.WebhookDispatcher.Hosting;
using TaskAspire.WebhookDispatcher.Wakeups;

namespace TaskAspire.WebhookDispatcher.Deliveries;

/// <summary>
/// Claims what is due, has it sent and recorded. When the dispatcher stops: claims no more, gives back what has not begun, lets what is being
/// sent end, and records it.
/// </summary>
internal sealed class DeliveryPump(
    DeliveryClaims claims,
    HeldDeliveries held,
    LeaseRenewal leases,
    DeliveryLanes lanes,
    DeliveryAttempts attempts,
    DeliveryRecorder recorder,
    DeliveriesSignal signal,
    IOptions<DispatcherOptions> options,
    SchemaGate schema,
    TimeProvider time,
    ILogger<DeliveryPump> logger) : PersistentLoop(schema, time, logger)
{
    /// <summary>How long a stopping dispatcher may take in all.</summary>
    public static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(20);

    // What is being sent then is broken off and given back, which leaves time to write that down.
    private static readonly TimeSpan SendGrace = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan RecordGrace = TimeSpan.FromSeconds(18);

    // With much due, claims of a few deliveries each would cost more than sending them. During the pause, what is here keeps the senders busy.
    private static readonly TimeSpan PauseForRoom = TimeSpan.FromMilliseconds(20);

    // While more is due than a claim looks at, which may all be one owner's, so often the others are looked for.
    private static readonly TimeSpan BetweenRounds = TimeSpan.FromMilliseconds(250);

    // Longer with each claim in a row that others left nothing of, up to a tenth of a second.
    private static readonly TimeSpan PauseForOthers = TimeSpan.FromMilliseconds(10);
    private const int MostInVain = 10;

    private Guid _lastEndpoint;
    private bool _headBlocked;
    private bool _behind;
    private long _roundAt;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var stopSending = new CancellationTokenSource();
        using var stopRecording = new CancellationTokenSource();
        using var stopMoving = new CancellationTokenSource();
        using var stopRenewing = CancellationTokenSource.CreateLinkedTokenSource(stopRecording.Token);
        var recording = recorder.RunAsync(stopRecording.Token);
        var renewing = leases.RunAsync(stopRenewing.Token);
        var moving = attempts.MoveSlowAsync(stopMoving.Token);
        var senders = Enumerable.Range(0, lanes.MostOpen).Select(_ => attempts.RunAsync(stopSending.Token)).ToArray();

        await base.ExecuteAsync(stoppingToken);

        stopSending.CancelAfter(SendGrace);
        stopRecording.CancelAfter(RecordGrace);
        attempts.StopTaking();
        await stopMoving.CancelAsync();
        try
        {
            await moving.WaitAsync(stopRecording.Token);
            var waiting = lanes.Close();
            foreach (var delivery in waiting)
            {
                await recorder.AddAsync(DeliveryResult.GivenBack(delivery), stopRecording.Token);
            }

            await Task.WhenAll(senders).WaitAsync(stopRecording.Token);
            recorder.Complete();
            await recording;
        }
        catch (OperationCanceledException)
        {
            Logger.LogWarning("Stopped before all results were recorded; their deliveries are made again when their leases end");
        }

        await stopRenewing.CancelAsync();
        await renewing;
    }

    protected override async Task RunAsync(CancellationToken cancellationToken)
    {
        var inVain = 0;
        while (true)
        {
            var room = lanes.Room();
            if (room.Total == 0)
            {
                await signal.Wake.WaitAsync(options.Value.SweepInterval, Time, cancellationToken);
                continue;
            }

            // While claiming, too: otherwise room that becomes free meanwhile would be missed.
            attempts.WakeWhenRoom = true;
            var claim = await ClaimAsync(room, cancellationToken);
            Succeeded();
            // A round that did not come to its end is gone on with at once.
            if (claim.LastEndpoint != Guid.Empty)
            {
                continue;
            }

            if (claim.Contended)
            {
                // Whoever is at all that is due is done in a moment, unless it left its transaction open.
                inVain = claim.Deliveries.Count == 0 ? Math.Min(inVain + 1, MostInVain) : 0;
                if (inVain > 0)
                {
                    await signal.Wake.WaitAsync(PauseForOthers * inVain, Time, cancellationToken);
                }

                continue;
            }

            inVain = 0;
            if (claim.Deliveries.Count >= room.Total)
            {
                if (lanes.Room().Total < options.Value.BatchSize / 2)
                {
                    await Task.Delay(PauseForRoom, Time, cancellationToken);
                }

                continue;
            }

            // What is left over waits for room. Claiming a few deliveries each time a few are done would cost more than sending them.
            attempts.WakeWhenRoom = claim.LeftOver || claim.HeadFull;
            var next = await claims.UntilNextAsync(claim.AsOf, cancellationToken);
            await signal.Wake.WaitAsync(Soonest(Soonest(next, claim.RateWait), options.Value.SweepInterval)!.Value + TimeSpan.FromMilliseconds(1), Time, cancellationToken);
        }
    }

    private async Task<DeliveryClaim> ClaimAsync(ClaimRoom room, CancellationToken cancellationToken)
    {
        if (!_behind || Time.GetElapsedTime(_roundAt) < BetweenRounds)
        {
            return await ClaimInOrderAsync(room, cancellationToken);
        }

        var others = await ClaimAroundAsync(room, cancellationToken);
        room = lanes.Room();
        return room.Total == 0 ? others : Both(others, await ClaimInOrderAsync(room, cancellationToken));
    }

    private async Task<DeliveryClaim> ClaimInOrderAsync(ClaimRoom room, CancellationToken cancellationToken)
    {
        var window = _headBlocked ? DeliveryClaims.Window : DeliveryClaims.WindowFor(room);
        var claim = await claims.ClaimDueAsync(room, window, cancellationToken);
        await AddAsync(claim);
        _behind = claim.HeadFull;
        if (IsEnough(claim, room))
        {
            _headBlocked = false;
            return claim;
        }

        // The head of the queue is full of what cannot be sent now. Behind it may be deliveries to others.
        if (window < DeliveryClaims.Window && lanes.Room() is { Total: > 0 } rest)
        {
            var wide = await claims.ClaimDueAsync(rest, DeliveryClaims.Window, cancellationToken);
            await AddAsync(wide);
            claim = Both(claim, wide);
            if (IsEnough(wide, rest))
            {
                return claim;
            }
        }

        _headBlocked = true;
        room = lanes.Room();
        return room.Total == 0 ? claim : Both(claim, await ClaimAroundAsync(room, cancellationToken));
    }

    private async Task<DeliveryClaim> ClaimAroundAsync(ClaimRoom room, CancellationToken cancellationToken)
    {
        var around = await claims.ClaimAroundAsync(room, _lastEndpoint, cancellationToken);
        _lastEndpoint = around.LastEndpoint;
        _roundAt = Time.GetTimestamp();
        await AddAsync(around);
        return around with { HeadFull = true };
    }

    private static bool IsEnough(DeliveryClaim claim, ClaimRoom room) => !claim.HeadFull || claim.Deliveries.Count >= room.Total;

    private static DeliveryClaim Both(DeliveryClaim first, DeliveryClaim second) => second with
    {
        Deliveries = [.. first.Deliveries, .. second.Deliveries],
        Contended = first.Contended || second.Contended,
        AsOf = first.AsOf,
        RateWait = Soonest(first.RateWait, second.RateWait),
    };

    private static TimeSpan? Soonest(TimeSpan? one, TimeSpan? other) => one is null || other < one ? other : one;

    private async Task AddAsync(DeliveryClaim claim)
    {
        foreach (var delivery in claim.Deliveries)
        {
            if (held.TryAdd(delivery) && !lanes.TryAdd(delivery))
            {
                await recorder.AddAsync(DeliveryResult.GivenBack(delivery), CancellationToken.None);
            }
        }
    }
}
