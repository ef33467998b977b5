using Npgsql;
using TaskAspire.Data;
using TaskAspire.WebhookDispatcher.Hosting;

namespace TaskAspire.WebhookDispatcher.Wakeups;

/// <summary>
/// Listens for new deliveries, due times and changed endpoints (<c>LISTEN</c>) on a connection of its own, outside the pool. A lost notification is made
/// up for by the timers and sweeps of the loops it wakes.
/// </summary>
internal sealed class NotificationListener(
    [FromKeyedServices(TaskDatabase.UnpooledKey)] NpgsqlDataSource database,
    DeliveriesSignal deliveries,
    DueTimesSignal dueTimes,
    EndpointsSignal endpoints,
    SchemaGate schema,
    TimeProvider time,
    ILogger<NotificationListener> logger) : PersistentLoop(schema, time, logger)
{
    // A connection that a firewall dropped says nothing by itself.
    private static readonly TimeSpan ProbeInterval = TimeSpan.FromSeconds(15);

    protected override async Task RunAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        connection.Notification += (_, notification) => SignalFor(notification.Channel)?.Set();
        await using (var listen = new NpgsqlCommand($"LISTEN {TaskDatabase.DeliveriesChannel}; LISTEN {TaskDatabase.DueTimesChannel}; LISTEN {TaskDatabase.EndpointsChannel}", connection))
        {
            await listen.ExecuteNonQueryAsync(cancellationToken);
        }

        // What was said while nobody listened.
        deliveries.Wake.Set();
        dueTimes.Wake.Set();
        endpoints.Wake.Set();
        Succeeded();
        while (true)
        {
            if (!await connection.WaitAsync(ProbeInterval, cancellationToken))
            {
                await using var probe = new NpgsqlCommand("SELECT 1", connection);
                await probe.ExecuteScalarAsync(cancellationToken);
            }
        }
    }

    private WakeSignal? SignalFor(string channel) => channel switch
    {
        TaskDatabase.DeliveriesChannel => deliveries.Wake,
        TaskDatabase.DueTimesChannel => dueTimes.Wake,
        TaskDatabase.EndpointsChannel => endpoints.Wake,
        _ => null,
    };
}
