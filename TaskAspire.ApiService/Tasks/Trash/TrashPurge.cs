using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using TaskAspire.Data;

namespace TaskAspire.ApiService.Tasks.Trash;

/// <summary>
/// Removes tasks that have been in the trash for long, user by user (a transaction has the changes of one user only), in small batches.
/// Any number of instances may do so at once: the tree lock of the user lets one after the other at it.
/// </summary>
internal sealed class TrashPurge(
    IServiceScopeFactory scopes, IOptions<TrashOptions> options, TimeProvider clock, ILogger<TrashPurge> logger) : BackgroundService
{
    private const int LookAhead = 1000;
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    internal async Task RemoveExpiredAsync(CancellationToken cancellationToken)
    {
        var until = clock.GetUtcNow() - options.Value.TrashRetention;
        while (true)
        {
            await using var scope = scopes.CreateAsyncScope();
            var tasks = scope.ServiceProvider.GetRequiredService<TaskDbContext>().Tasks;
            var users = await tasks.Where(t => t.DeletedAt <= until).OrderBy(t => t.DeletedAt).Take(LookAhead)
                .Select(t => t.UserId).Distinct().ToListAsync(cancellationToken);
            if (users.Count == 0)
            {
                return;
            }

            var trash = scope.ServiceProvider.GetRequiredService<TaskTrash>();
            foreach (var user in users)
            {
                await trash.RemoveAsync(user, until, cancellationToken);
            }
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await RemoveExpiredAsync(stoppingToken);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                // The rows can wait an hour.
                logger.LogWarning(exception, "Could not remove tasks from the trash");
            }
        }
    }
}
