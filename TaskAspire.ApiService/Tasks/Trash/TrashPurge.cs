using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using TaskAspire.ApiService.Upkeep;
using TaskAspire.Data;

namespace TaskAspire.ApiService.Tasks.Trash;

/// <summary>
/// Removes tasks that have been in the trash for long, user by user (a transaction has the changes of one user only), in small batches.
/// Instances that do so at once take turns by the user's tree lock.
/// </summary>
internal sealed class TrashPurge(
    IServiceScopeFactory scopes, IOptions<TrashOptions> options, TimeProvider clock, ILogger<TrashPurge> logger) : HourlyCleanup(clock, logger)
{
    private const int LookAhead = 1000;

    internal override async Task<long> RemoveExpiredAsync(CancellationToken cancellationToken)
    {
        var until = Clock.GetUtcNow() - options.Value.TrashRetention;
        var removed = 0L;
        while (true)
        {
            await using var scope = scopes.CreateAsyncScope();
            var tasks = scope.ServiceProvider.GetRequiredService<TaskDbContext>().Tasks;
            var users = await tasks.Where(t => t.DeletedAt <= until).OrderBy(t => t.DeletedAt).Take(LookAhead)
                .Select(t => t.UserId).Distinct().ToListAsync(cancellationToken);
            if (users.Count == 0)
            {
                return removed;
            }

            var trash = scope.ServiceProvider.GetRequiredService<TaskTrash>();
            foreach (var user in users)
            {
                removed += await trash.RemoveAsync(user, until, cancellationToken);
            }
        }
    }
}
