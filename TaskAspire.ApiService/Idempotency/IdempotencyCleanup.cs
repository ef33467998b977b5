using Microsoft.EntityFrameworkCore;
using TaskAspire.ApiService.Upkeep;
using TaskAspire.Data;

namespace TaskAspire.ApiService.Idempotency;

/// <summary>Removes keys that have expired, in small batches.</summary>
internal sealed class IdempotencyCleanup(IServiceScopeFactory scopes, TimeProvider clock, ILogger<IdempotencyCleanup> logger) : HourlyCleanup(clock, logger)
{
    private const int BatchSize = 1000;

    internal override async Task<long> RemoveExpiredAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var database = scope.ServiceProvider.GetRequiredService<TaskDbContext>();
        var now = Clock.GetUtcNow();
        var removed = 0L;
        int batch;
        do
        {
            // A locked one is being taken by a new request.
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
}
