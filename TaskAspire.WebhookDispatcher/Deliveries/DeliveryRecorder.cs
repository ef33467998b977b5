using System.Threading.Channels;
using Npgsql;
using TaskAspire.WebhookDispatcher.Wakeups;

namespace TaskAspire.WebhookDispatcher.Deliveries;

/// <summary>
/// Collects results and writes them in batches: while one is written, the next gathers. While the database is away it holds a bounded number
/// and tries again; callers that have more to hand in wait, so that no more is sent than can be kept.
/// </summary>
internal sealed class DeliveryRecorder(
    DeliveryRecords records,
    HeldDeliveries held,
    DeliveryLanes lanes,
    DeliveriesSignal deliveries,
    EndpointsSignal endpoints,
    TimeProvider time,
    ILogger<DeliveryRecorder> logger)
{
    private const int MaxBatch = 500;
    private const int Capacity = 1024;

    // A batch costs as much as many of its results. What waits this long to be written is no later for anybody.
    private static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan MaxDelay = TimeSpan.FromSeconds(3);

    private readonly Channel<DeliveryResult> _results = Channel.CreateBounded<DeliveryResult>(new BoundedChannelOptions(Capacity) { SingleReader = true });

    /// <summary>Hands a result in; waits while there are too many.</summary>
    public ValueTask AddAsync(DeliveryResult result, CancellationToken cancellationToken) => _results.Writer.WriteAsync(result, cancellationToken);

    /// <summary>There will be no more.</summary>
    public void Complete() => _results.Writer.TryComplete();

    /// <summary>Writes until <see cref="Complete"/> is called and all is written.</summary>
    /// <exception cref="OperationCanceledException">Time is up; what is not written is sent again when its lease ends.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var batch = new List<DeliveryResult>(MaxBatch);
        while (await _results.Reader.WaitToReadAsync(cancellationToken))
        {
            if (_results.Reader.Count < MaxBatch / 4 && !_results.Reader.Completion.IsCompleted)
            {
                await Task.Delay(Gathering, time, cancellationToken);
            }

            while (batch.Count < MaxBatch && _results.Reader.TryRead(out var result))
            {
                batch.Add(result);
                if (result.Outcome is null)
                {
                    // Before it is given back: this dispatcher may be the next to claim it.
                    held.Remove(result.Delivery);
                }
            }

            var healthChanged = await WriteAsync(batch, cancellationToken);
            foreach (var result in batch)
            {
                held.Remove(result.Delivery);
                if (result.Outcome is { IsSuccess: false })
                {
                    lanes.FailureRecorded(result.Delivery);
                }
            }

            if (healthChanged || batch.Exists(result => result.RetryIn is not null))
            {
                // There is a new time to wake at, or an endpoint that takes deliveries again.
                deliveries.Wake.Set();
            }

            batch.Clear();
        }
    }

    /// <returns>Whether an endpoint has begun, gone on or ceased to fail.</returns>
    private async Task<bool> WriteAsync(List<DeliveryResult> batch, CancellationToken cancellationToken)
    {
        for (var delay = FirstDelay; ; delay = delay * 2 < MaxDelay ? delay * 2 : MaxDelay)
        {
            try
            {
                var (leaseLost, healthChanged, disabled) = await records.WriteAsync(batch, cancellationToken);
                if (leaseLost > 0)
                {
                    logger.LogWarning("{Count} attempts were not recorded: their lease had ended, and the deliveries are made again", leaseLost);
                }

                if (disabled)
                {
                    endpoints.Wake.Set();
                }

                return healthChanged;
            }
            catch (PostgresException refused) when (!refused.IsTransient && refused.SqlState[..2] is "22" or "23" or "54")
            {
                // One row that the database will never take must not keep the others from being written.
                if (batch.Count == 1)
                {
                    logger.LogError(refused, "The result of delivery {Delivery} cannot be recorded; it is made again when its lease ends", batch[0].Delivery.Id);
                    return false;
                }

                var healthChanged = false;
                foreach (var result in batch)
                {
                    healthChanged |= await WriteAsync([result], cancellationToken);
                }

                return healthChanged;
            }
            catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
            {
                logger.LogWarning("{Count} results wait to be recorded ({Reason}); next try in {Delay}", batch.Count, failure.Message, delay);
                await Task.Delay(delay, time, cancellationToken);
            }
        }
    }
}
