using Microsoft.EntityFrameworkCore;
using TaskAspire.Data;

namespace TaskAspire.ApiService.Idempotency;

/// <summary>Removes keys that have expired, in small batches. Any number of instances may do so at once.</summary>
internal sealed class IdempotencyCleanup(IServiceScopeFactory scopes, TimeProvider clock, ILogger<IdempotencyCleanup> logger) : BackgroundService
{
    private const int BatchSize = 1000;
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    internal async Task<int> RemoveExpiredAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var database = scope.ServiceProvider.GetRequiredService<TaskDbContext>();
        var now = clock.GetUtcNow();
        var removed = 0;
        int batch;
        do
        {
            // Locked ones are being taken anew.
            batch = await database.Database.ExecuteSqlAsync(
                $"""
                DELETE FROM idempotency_keys k USING (
                    SELECT scope, key FROM idempotency_keys WHERE expires_at <= {now} ORDER BY expires_at LIMIT {BatchSize} FOR UPDATE SKIP LOCKED
                ) expired WHERE k.scope = expired.scope AND k.key = expired.key
                """,
                cancellationToken);
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
                logger.LogDebug("Removed {Count} expired idempotency keys", removed);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                // The rows can wait an hour.
                logger.LogWarning(exception, "Could not remove expired idempotency keys");
            }
        }
    }
}
