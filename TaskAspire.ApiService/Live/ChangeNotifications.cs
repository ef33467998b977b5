using Npgsql;
using TaskAspire.Data;

namespace TaskAspire.ApiService.Live;

/// <summary>Listens for changes (<c>LISTEN</c>) for all streams of this instance, on one connection outside the pool.</summary>
internal sealed class ChangeNotifications(
    [FromKeyedServices(TaskDatabase.UnpooledKey)] NpgsqlDataSource database, LiveListeners listeners, TimeProvider clock, ILogger<ChangeNotifications> logger)
    : BackgroundService
{
    // A connection that a firewall dropped says nothing by itself.
    private static readonly TimeSpan ProbeInterval = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan MaxDelay = TimeSpan.FromSeconds(5);

    private TimeSpan _delay = FirstDelay;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await ListenAsync(stoppingToken);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                logger.LogWarning("Live events wait for the database ({Reason}); next try in {Delay}", exception.Message, _delay);
                await Task.Delay(_delay, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                _delay = _delay * 2 < MaxDelay ? _delay * 2 : MaxDelay;
            }
        }
    }

    private async Task ListenAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        connection.Notification += (_, notification) =>
        {
            if (Guid.TryParse(notification.Payload, out var userId))
            {
                listeners.Wake(userId);
            }
        };
        await using (var listen = new NpgsqlCommand($"LISTEN {TaskDatabase.ChangesChannel}", connection))
        {
            await listen.ExecuteNonQueryAsync(cancellationToken);
        }

        // What was said while nobody listened.
        listeners.WakeAll();
        _delay = FirstDelay;
        while (true)
        {
            if (!await connection.WaitAsync(ProbeInterval, cancellationToken))
            {
                await using var probe = new NpgsqlCommand("SELECT 1", connection);
                await probe.ExecuteScalarAsync(cancellationToken);
            }
        }
    }
}
