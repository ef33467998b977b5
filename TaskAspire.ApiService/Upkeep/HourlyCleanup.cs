namespace TaskAspire.ApiService.Upkeep;

/// <summary>Removes, once an hour, what is past keeping. A failure is logged and left to the next hour. Any number of instances may do the same at once.</summary>
internal abstract class HourlyCleanup(TimeProvider clock, ILogger logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    protected TimeProvider Clock { get; } = clock;

    /// <summary>Removes all that is past keeping now, in batches small enough to hold up nobody.</summary>
    /// <returns>How many rows went; what went with them is not counted.</returns>
    internal abstract Task<long> RemoveExpiredAsync(CancellationToken cancellationToken);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, Clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                var removed = await RemoveExpiredAsync(stoppingToken);
                logger.LogDebug("{Cleanup} removed {Count} rows", GetType().Name, removed);
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                logger.LogWarning(failure, "{Cleanup} failed; it is tried again in {Delay}", GetType().Name, Interval);
            }
        }
    }
}
