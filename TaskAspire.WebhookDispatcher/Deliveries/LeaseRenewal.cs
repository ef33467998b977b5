using Microsoft.Extensions.Options;
using Npgsql;
using TaskAspire.WebhookDispatcher.Configuration;

namespace TaskAspire.WebhookDispatcher.Deliveries;

/// <summary>
/// Prolongs the leases of what takes long: a slow receiver, a lane that waits behind one, results that wait for the database. So a lease need only be as long
/// as others should wait for a dispatcher that died.
/// </summary>
internal sealed class LeaseRenewal(
    HeldDeliveries held, NpgsqlDataSource database, IOptions<DispatcherOptions> options, TimeProvider time, ILogger<LeaseRenewal> logger)
{
    // Also when it has ended: unless another dispatcher has taken the delivery up, it is this one's still.
    private const string Renew = """
        UPDATE webhook_deliveries d
        SET lease_expires_at = clock_timestamp() + @duration
        FROM unnest(@ids, @leases) AS r (id, lease_id)
        WHERE d.id = r.id AND d.lease_id = r.lease_id
        RETURNING d.id
        """;

    private readonly TimeSpan _duration = options.Value.LeaseDuration;

    /// <summary>How often leases are looked at: three times before one that is not renewed ends.</summary>
    private TimeSpan Interval => _duration / 4;

    /// <summary>Renews until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                try
                {
                    await RenewAsync(cancellationToken);
                }
                catch (Exception failure) when (failure is NpgsqlException or TimeoutException)
                {
                    logger.LogWarning("Leases cannot be renewed ({Reason}); next try in {Delay}", failure.Message, Interval);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The dispatcher stops.
        }
    }

    private async Task RenewAsync(CancellationToken cancellationToken)
    {
        var now = time.GetTimestamp();
        // Most deliveries are done with before half of their lease is over, and cost nothing here.
        var ending = held.EndingBefore(now + Ticks(_duration / 2));
        if (ending.Count == 0)
        {
            return;
        }

        var leases = ending.Select(delivery => delivery.Lease).ToArray();
        await using var command = database.CreateCommand(Renew);
        command.Parameters.AddWithValue("ids", ending.Select(delivery => delivery.Id).ToArray());
        command.Parameters.AddWithValue("leases", leases.Select(lease => lease.Id).ToArray());
        command.Parameters.AddWithValue("duration", _duration);
        var renewed = new HashSet<Guid>(ending.Count);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            renewed.Add(reader.GetGuid(0));
        }

        for (var i = 0; i < ending.Count; i++)
        {
            if (renewed.Contains(ending[i].Id))
            {
                ending[i].Renew(leases[i], leases[i] with { Deadline = now + Ticks(_duration) });
            }
        }
    }

    private long Ticks(TimeSpan duration) => (long)(duration.TotalSeconds * time.TimestampFrequency);
}
