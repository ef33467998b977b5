using Microsoft.Extensions.Options;
using TaskAspire.Data.Webhooks;
using TaskAspire.WebhookDispatcher.Configuration;
using TaskAspire.WebhookDispatcher.Sending;
using TaskAspire.WebhookDispatcher.Signing;
using TaskAspire.WebhookDispatcher.Telemetry;
using TaskAspire.WebhookDispatcher.Wakeups;

namespace TaskAspire.WebhookDispatcher.Deliveries;

/// <summary>Takes deliveries whose turn it is, sends them, and hands in the results. Runs once for each request that may be open at a time.</summary>
internal sealed class DeliveryAttempts(
    DeliveryLanes lanes,
    EndpointCredentialsReader credentials,
    WebhookSender sender,
    RetrySchedule schedule,
    DeliveryRecorder recorder,
    DeliveriesSignal signal,
    DispatcherTelemetry telemetry,
    IOptions<DispatcherOptions> options,
    TimeProvider time,
    ILogger<DeliveryAttempts> logger)
{
    // A fault of ours, not of the endpoint: no attempt is counted, but it must not be tried again at once.
    private static readonly TimeSpan PauseAfterFault = TimeSpan.FromSeconds(1);

    // Renewed in time, a lease has half of its duration left, and it is renewed again long before this is over.
    private readonly TimeSpan _leaseNeeded = options.Value.LeaseDuration / 4;

    private volatile bool _wakeWhenRoom;
    private volatile bool _stopTaking;

    /// <summary>Whether more is due than there was room for, so that room is worth a claim.</summary>
    public bool WakeWhenRoom
    {
        get => _wakeWhenRoom;
        set => _wakeWhenRoom = value;
    }

    /// <summary>From now on, what has not begun is given back.</summary>
    public void StopTaking() => _stopTaking = true;

    /// <summary>Works until the lanes are closed and empty.</summary>
    /// <param name="abort">Breaks off what is being sent; it is given back.</param>
    public async Task RunAsync(CancellationToken abort)
    {
        await foreach (var turn in lanes.Ready.ReadAllAsync(CancellationToken.None))
        {
            var result = await AttemptAsync(turn.Delivery, abort);
            var room = lanes.Finish(turn, result.Outcome?.IsSuccess, result.Outcome?.Duration ?? TimeSpan.Zero, out var dropped);
            await recorder.AddAsync(result, CancellationToken.None);
            await GoOnAsync(room, dropped);
        }
    }

    /// <summary>Has what takes long give up its place to the next, until it is cancelled.</summary>
    public async Task MoveSlowAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(DeliveryLane.SlowAfter / 4, time);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                await GoOnAsync(lanes.MoveSlow(out var dropped), dropped);
            }
        }
        catch (OperationCanceledException)
        {
            // The dispatcher stops.
        }
    }

    private async Task GoOnAsync(bool room, IReadOnlyList<ClaimedDelivery> dropped)
    {
        foreach (var waiting in dropped)
        {
            await recorder.AddAsync(DeliveryResult.GivenBack(waiting), CancellationToken.None);
        }

        if (room && WakeWhenRoom)
        {
            signal.Wake.Set();
        }
    }

    private async Task<DeliveryResult> AttemptAsync(ClaimedDelivery delivery, CancellationToken abort)
    {
        AttemptOutcome outcome;
        try
        {
            // Before the lease is looked at and the time limit runs: reading the key ring for the first time may take a while.
            var secrets = _stopTaking ? null : await credentials.ReadAsync(delivery.Target, abort);
            if (secrets is null || time.GetElapsedTime(time.GetTimestamp(), delivery.Lease.Deadline) < _leaseNeeded)
            {
                return DeliveryResult.GivenBack(delivery);
            }

            outcome = await sender.SendAsync(delivery, secrets, abort);
        }
        catch (CredentialsException unusable)
        {
            outcome = new AttemptOutcome(time.GetUtcNow(), TimeSpan.Zero, Error: AttemptErrors.Credentials, Message: unusable.Message);
        }
        catch (OperationCanceledException) when (abort.IsCancellationRequested)
        {
            return DeliveryResult.GivenBack(delivery);
        }
        catch (Exception fault)
        {
            logger.LogError(fault, "Delivery {Delivery} could not be attempted; it is put off by {Delay}", delivery.Id, PauseAfterFault);
            return DeliveryResult.GivenBack(delivery, PauseAfterFault);
        }

        return Judge(delivery, outcome);
    }

    private DeliveryResult Judge(ClaimedDelivery delivery, AttemptOutcome outcome)
    {
        var number = delivery.Attempts + 1;
        var retryIn = outcome.IsSuccess || outcome.Error == AttemptErrors.Gone ? null : schedule.DelayAfter(number, outcome.RetryAfter);
        var result = outcome.IsSuccess ? DispatcherTelemetry.Results.Delivered
            : retryIn is null ? DispatcherTelemetry.Results.Dead
            : DispatcherTelemetry.Results.Failed;
        telemetry.Attempted(delivery, outcome, result);
        if (!outcome.IsSuccess)
        {
            LogFailure(delivery, number, outcome, retryIn);
        }

        return new DeliveryResult(delivery, outcome, retryIn);
    }

    private void LogFailure(ClaimedDelivery delivery, int number, AttemptOutcome outcome, TimeSpan? retryIn)
    {
        using var trace = DispatcherTelemetry.Resume(delivery);
        if (retryIn is { } delay)
        {
            logger.LogInformation(
                "Attempt {Attempt} of delivery {Delivery} to endpoint {Endpoint} failed ({Error}, status {Status}); next in {Delay}",
                number, delivery.Id, delivery.Target.EndpointId, outcome.Error, outcome.StatusCode, delay);
        }
        else
        {
            logger.LogInformation(
                "Attempt {Attempt} of delivery {Delivery} to endpoint {Endpoint} failed ({Error}, status {Status}); it was the last",
                number, delivery.Id, delivery.Target.EndpointId, outcome.Error, outcome.StatusCode);
        }
    }
}
