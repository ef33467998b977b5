using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using TaskAspire.Data;

namespace TaskAspire.ApiService.Auth;

/// <summary>Removes sessions that expired long ago, in small batches. Any number of instances may do so at once.</summary>
internal sealed class SessionCleanup(
    IServiceScopeFactory scopes, IOptions<SessionOptions> options, TimeProvider clock, ILogger<SessionCleanup> logger) : BackgroundService
{
    private const int BatchSize = 1000;
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    internal async Task<int> RemoveExpiredAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var database = scope.ServiceProvider.GetRequiredService<TaskDbContext>();
        var before = clock.GetUtcNow() - options.Value.Retention;
        var removed = 0;
        int batch;
        do
        {
            batch = await database.RefreshSessions
                .Where(s => database.RefreshSessions.Where(e => e.ExpiresAt < before).OrderBy(e => e.ExpiresAt).Take(BatchSize).Select(e => e.Id).Contains(s.Id))
                .ExecuteDeleteAsync(cancellationToken);
            removed += batch;
        }
        while (batch == BatchSize);

        return removed;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                var removed = await RemoveExpiredAsync(stoppingToken);
                logger.LogDebug("Removed {Count} expired sessions", removed);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                // The rows can wait an hour.
                logger.LogWarning(exception, "Could not remove expired sessions");
            }
        }
    }
}
