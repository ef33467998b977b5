using System.Threading.Channels;

namespace TaskAspire.WebhookDispatcher.Wakeups;

/// <summary>Wakes one loop. Set any number of times before the loop looks, it wakes it once.</summary>
internal sealed class WakeSignal
{
    private readonly Channel<bool> _signal = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Has the loop look (again).</summary>
    public void Set() => _signal.Writer.TryWrite(true);

    /// <summary>Waits until set, or until the time has passed.</summary>
    public async Task WaitAsync(TimeSpan timeout, TimeProvider time, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            await _signal.Reader.ReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The time has passed.
        }
    }
}

/// <summary>Wakes the claiming of deliveries.</summary>
internal sealed class DeliveriesSignal
{
    public WakeSignal Wake { get; } = new();
}

/// <summary>Wakes the firing of what is due.</summary>
internal sealed class DueTimesSignal
{
    public WakeSignal Wake { get; } = new();
}
