using TaskAspire.Data.Webhooks;

namespace TaskAspire.WebhookDispatcher.Deliveries;

/// <summary>What a batch of results says of one endpoint.</summary>
/// <param name="EndpointId">The endpoint.</param>
/// <param name="AnySuccess">Whether an attempt succeeded.</param>
/// <param name="FailuresInARow">Failures since the last success of the batch.</param>
/// <param name="Gone">The address that answered 410 since then; null when none did.</param>
internal sealed record EndpointTally(Guid EndpointId, bool AnySuccess, int FailuresInARow, string? Gone)
{
    /// <summary>One for each endpoint, ordered so that dispatchers that lock several of the same rows do it in the same order.</summary>
    public static IReadOnlyList<EndpointTally> Of(IEnumerable<DeliveryResult> results)
    {
        var tallies = new SortedDictionary<Guid, EndpointTally>();
        foreach (var (delivery, outcome, _) in results)
        {
            if (outcome is null)
            {
                continue;
            }

            var id = delivery.Target.EndpointId;
            var before = tallies.GetValueOrDefault(id) ?? new EndpointTally(id, false, 0, null);
            tallies[id] = outcome.IsSuccess
                ? before with { AnySuccess = true, FailuresInARow = 0, Gone = null }
                : before with { FailuresInARow = before.FailuresInARow + 1, Gone = outcome.Error == AttemptErrors.Gone ? delivery.Target.Url : before.Gone };
        }

        return [.. tallies.Values];
    }
}
