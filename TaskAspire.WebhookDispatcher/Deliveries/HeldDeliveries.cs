namespace TaskAspire.WebhookDispatcher.Deliveries;

/// <summary>All that this dispatcher holds: from when it is claimed until what came of it is written.</summary>
internal sealed class HeldDeliveries
{
    private readonly Lock _lock = new();
    private readonly Dictionary<Guid, ClaimedDelivery> _held = [];

    /// <summary>Takes in what was claimed.</summary>
    /// <returns>
    /// False when it is here already: its lease ended (the database was away, say), and this dispatcher was the next to claim it. What is under way then
    /// goes on under the new lease, rather than being done twice.
    /// </returns>
    public bool TryAdd(ClaimedDelivery delivery)
    {
        lock (_lock)
        {
            // One attempt further, what is here has just been written, and is about to be removed.
            if (_held.TryGetValue(delivery.Id, out var here) && here.Attempts == delivery.Attempts)
            {
                here.Lease = delivery.Lease;
                return false;
            }

            _held[delivery.Id] = delivery;
            return true;
        }
    }

    /// <summary>What came of it is written; or nothing came of it, and others may take it up.</summary>
    public void Remove(ClaimedDelivery delivery)
    {
        lock (_lock)
        {
            if (ReferenceEquals(_held.GetValueOrDefault(delivery.Id), delivery))
            {
                _held.Remove(delivery.Id);
            }
        }
    }

    /// <summary>Those whose lease ends before a time, a timestamp of the process's <see cref="TimeProvider"/>.</summary>
    public List<ClaimedDelivery> EndingBefore(long timestamp)
    {
        lock (_lock)
        {
            return [.. _held.Values.Where(delivery => delivery.Lease.Deadline < timestamp)];
        }
    }
}
