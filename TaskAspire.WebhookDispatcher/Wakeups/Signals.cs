using TaskAspire.Data;

namespace TaskAspire.WebhookDispatcher.Wakeups;

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
