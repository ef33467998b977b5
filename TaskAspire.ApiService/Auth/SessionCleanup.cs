using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using TaskAspire.ApiService.Upkeep;
using TaskAspire.Data;

namespace TaskAspire.ApiService.Auth;

/// <summary>Removes sessions that expired long ago, in small batches.</summary>
internal sealed class SessionCleanup(
    IServiceScopeFactory scopes, IOptions<SessionOptions> options, TimeProvider clock, ILogger<SessionCleanup> logger) : HourlyCleanup(clock, logger)
{
    private const int BatchSize = 1000;

    internal override async Task<long> RemoveExpiredAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var database = scope.ServiceProvider.GetRequiredService<TaskDbContext>();
        var before = Clock.GetUtcNow() - options.Value.Retention;
        var removed = 0L;
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
}
