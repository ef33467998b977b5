using Microsoft.EntityFrameworkCore;
using Npgsql;
using TaskAspire.ApiService.Caching;
using TaskAspire.ApiService.Changes;
using TaskAspire.Data;

namespace TaskAspire.ApiService.Writing;

/// <summary>
/// One write of a user, with its changes in the journal: a transaction that is run again after a transient fault, unless it was committed after all, and after its commit a new
/// version of the user's cached lists, before anything is answered. Within a transaction that is open already (a request with an
/// <c>Idempotency-Key</c>), it is a part of that one, whose opener does both.
/// </summary>
internal sealed class WriteTransaction(TaskDbContext database, ChangeJournal changes, TaskListVersions versions)
{
    /// <summary>Runs the work in a transaction. The work begins with nothing tracked, and saves what it changes by itself.</summary>
    /// <param name="userId">Whose data is written.</param>
    /// <param name="work">May run more than once, so it must take all it needs from the database and its arguments.</param>
    /// <param name="cancellationToken">Ends the work, not the commit.</param>
    public async Task<T> RunAsync<T>(Guid userId, Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        if (database.Database.CurrentTransaction is not null)
        {
            return await work(cancellationToken);
        }

        T? done = default;
        var mayBeCommitted = false;
        try
        {
            return await database.InTransactionAsync(async token =>
            {
                if (mayBeCommitted && await changes.WasCommittedAsync(token))
                {
                    return done!;
                }

                mayBeCommitted = false;
                done = await work(token);
                mayBeCommitted = true;
                return done;
            }, cancellationToken);
        }
        finally
        {
            // Neither a client that hangs up now, nor a commit that broke off and of which nobody knows, must leave the old list in the cache.
            await versions.BumpAsync(userId);
        }
    }
}

internal static class Transactions
{
    /// <summary>
    /// Work that can be done twice, in a transaction that is run again after a transient fault; within one that is open already, a
    /// part of that.
    /// </summary>
    public static Task<T> InTransactionAsync<T>(this TaskDbContext database, Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken) =>
        database.Database.CurrentTransaction is not null ? work(cancellationToken) : database.Database.CreateExecutionStrategy().ExecuteAsync(async token =>
        {
            database.ChangeTracker.Clear();
            // Its own, at each save, are two round trips; and when one cannot be released since the connection is lost, and the transaction with it, EF Core goes on, on another connection.
            database.Database.AutoSavepointsEnabled = false;
            await using var transaction = await database.Database.BeginTransactionAsync(token);
            var result = await work(token);
            await transaction.CommitAsync(CancellationToken.None);
            return result;
        }, cancellationToken);
}

internal static class ConstraintViolations
{
    private const string Savepoint = "save";

    /// <summary>Saves. Where that runs against one of these unique constraints, nothing of it is written, nothing is tracked any more, and a transaction that is open goes on.</summary>
    /// <returns>Whether it was saved.</returns>
    public static async Task<bool> TrySaveAsync(this TaskDbContext database, string[] constraints, CancellationToken cancellationToken)
    {
        var transaction = database.Database.CurrentTransaction;
        if (transaction is not null)
        {
            await transaction.CreateSavepointAsync(Savepoint, cancellationToken);
        }

        try
        {
            await database.SaveChangesAsync(cancellationToken);
            return true;
        }
        catch (DbUpdateException exception) when (
            exception.InnerException is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation } violation && constraints.Contains(violation.ConstraintName))
        {
            if (transaction is not null)
            {
                await transaction.RollbackToSavepointAsync(Savepoint, cancellationToken);
            }

            // Or the next to save in this scope would try again.
            database.ChangeTracker.Clear();
            return false;
        }
    }
}
