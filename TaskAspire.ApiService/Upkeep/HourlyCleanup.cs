using TaskAspire.ServiceDefaults.Telemetry;

namespace TaskAspire.ApiService.Upkeep;

/// <summary>
/// Removes what is past keeping, some minutes after the start (an instance may not live for an hour) and then once an hour. A failure is logged, shown as
/// <c>background_work_failing</c> and left to the next time. Any number of instances may do the same at once.
/// </summary>
internal abstract class HourlyCleanup(TimeProvider clock, ILogger logger) : BackgroundService
{
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    protected TimeProvider Clock { get; } = clock;

    /// <summary>Removes all that is past keeping now, in batches small enough to hold up nobody.</summary>
    /// <returns>How many rows went; what went with them is not counted.</returns>
    internal abstract Task<long> RemoveExpiredAsync(CancellationToken cancellationToken);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var work = GetType().Name;
        BackgroundWorkMetrics.Began(work);
        using var timer = new PeriodicTimer(FirstDelay, Clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            timer.Period = Interval;
            try
            {
                var removed = await RemoveExpiredAsync(stoppingToken);
                BackgroundWorkMetrics.Succeeded(work);
                logger.LogDebug("{Cleanup} removed {Count} rows", work, removed);
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                BackgroundWorkMetrics.Failed(work);
                logger.LogWarning(failure, "{Cleanup} failed; it is tried again in {Delay}", work, timer.Period);
            }
        }
    }
}
