using System.Data;
using Microsoft.EntityFrameworkCore;
using TaskAspire.Data;

namespace TaskAspire.ApiService.Sync;

internal static class SnapshotTransactions
{
    /// <summary>Several reads that see the database at one and the same time, all of them run again after a transient fault.</summary>
    public static Task<T> InSnapshotAsync<T>(this TaskDbContext database, Func<CancellationToken, Task<T>> read, CancellationToken cancellationToken) =>
        database.Database.CreateExecutionStrategy().ExecuteAsync(async token =>
        {
            await using var transaction = await database.Database.BeginTransactionAsync(IsolationLevel.RepeatableRead, token);
            var result = await read(token);
            await transaction.CommitAsync(token);
            return result;
        }, cancellationToken);
}
