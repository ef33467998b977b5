using Microsoft.EntityFrameworkCore;
using TaskAspire.ApiService.Upkeep;
using TaskAspire.Data;

namespace TaskAspire.ApiService.Auth;

/// <summary>Removes what is left of deleted accounts: of those that were too large to go while their owner waited, and where something went wrong meanwhile.</summary>
internal sealed class DeletedAccounts(IServiceScopeFactory scopes, TimeProvider clock, ILogger<DeletedAccounts> logger) : HourlyCleanup(clock, logger)
{
    internal override async Task<long> RemoveExpiredAsync(CancellationToken cancellationToken)
    {
        var removed = 0L;
        while (true)
        {
            await using var scope = scopes.CreateAsyncScope();
            var users = scope.ServiceProvider.GetRequiredService<TaskDbContext>().Users.IgnoreQueryFilters();
            if (await users.Where(u => u.DeletedAt != null).OrderBy(u => u.DeletedAt).Select(u => (Guid?)u.Id).FirstOrDefaultAsync(cancellationToken) is not { } user)
            {
                return removed;
            }

            removed += await scope.ServiceProvider.GetRequiredService<AccountRemoval>().RemoveAsync(user, cancellationToken);
        }
    }
}
