using TaskAspire.Data;

namespace TaskAspire.WebhookDispatcher.Wakeups;

/// <summary>Wakes the claiming of deliveries.</summary>
internal sealed class DeliveriesSignal
{
    public WakeSignal Wake { get; } = new();
}

/// <summary>Wakes the sweep of endpoints that were disabled, paused or resumed.</summary>
internal sealed class EndpointsSignal
{
    public WakeSignal Wake { get; } = new();
}

/// <summary>Wakes the firing of what is due.</summary>
internal sealed class DueTimesSignal
{
    public WakeSignal Wake { get; } = new();
}
