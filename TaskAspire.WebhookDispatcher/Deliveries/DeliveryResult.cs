using TaskAspire.WebhookDispatcher.Sending;

namespace TaskAspire.WebhookDispatcher.Deliveries;

/// <summary>What is to be written about a delivery that was held.</summary>
/// <param name="Delivery">The delivery.</param>
/// <param name="Outcome">What came of the attempt; null when it is given back without one.</param>
/// <param name="RetryIn">For a failed attempt, when to try again; null to give up. For one given back, how long to leave it.</param>
internal sealed record DeliveryResult(ClaimedDelivery Delivery, AttemptOutcome? Outcome, TimeSpan? RetryIn)
{
    /// <summary>Not attempted: any dispatcher may take it up, at once or after a while.</summary>
    public static DeliveryResult GivenBack(ClaimedDelivery delivery, TimeSpan? after = null) => new(delivery, null, after);
}
