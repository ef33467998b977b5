namespace TaskAspire.WebhookDispatcher.Deliveries;

/// <summary>A delivery that is being sent.</summary>
/// <param name="Delivery">The delivery.</param>
/// <param name="Lane">Its endpoint's lane.</param>
/// <param name="StartedAt">A timestamp of the process's <see cref="TimeProvider"/>.</param>
internal sealed record DeliveryTurn(ClaimedDelivery Delivery, DeliveryLane Lane, long StartedAt)
{
    /// <summary>Its place among the quick ones; null when it has one of the slow.</summary>
    public LinkedListNode<DeliveryTurn>? Quick { get; set; }

    /// <summary>Whether it has taken longer than <see cref="DeliveryLane.SlowAfter"/>.</summary>
    public bool IsLong { get; set; }
}
