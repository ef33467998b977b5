using Microsoft.EntityFrameworkCore;
using Npgsql;
using TaskAspire.ApiService.Writing;
using TaskAspire.Data;

namespace TaskAspire.ApiService.Auth;

/// <summary>
/// Removes the rows of a deleted account, table by table in small batches, so that no statement and no lock grows with the account. It may end
/// anywhere and begin again, and any number of instances may do the same at once.
/// </summary>
internal sealed class AccountRemoval(TaskDbContext database)
{
    private const int BatchSize = 500;

    private static readonly string[] Statements =
    [
        // The ways in: a request that was under way when the account was deleted may have made another.
        Remove("api_keys"),
        Remove("refresh_sessions"),
        // What can be long, with what hangs on it: deliveries and attempts; subtasks, tags and reminders of tasks.
        Remove("webhook_events"),
        Remove("tasks"),
        Remove("changes"),
        Remove("idempotency_keys"),
        // And all the rest. Whoever has a task in hand still needs the row of the user, so they are waited for before it is locked.
        "SELECT FROM tasks WHERE user_id = @user FOR UPDATE; DELETE FROM users WHERE id = @user",
    ];

    /// <summary>Removes all that is left of an account, its row last.</summary>
    /// <returns>How many rows; what went with them is not counted.</returns>
    public async Task<long> RemoveAsync(Guid userId, CancellationToken cancellationToken)
    {
        var removed = 0L;
        foreach (var statement in Statements)
        {
            int batch;
            do
            {
                batch = await database.InTransactionAsync(
                    token => database.Database.ExecuteSqlRawAsync(statement, [new NpgsqlParameter<Guid>("user", userId)], token), cancellationToken);
                removed += batch;
            }
            while (batch > 0);
        }

        return removed;
    }

    // What somebody else has in hand is passed over, and goes with the row of the user.
    private static string Remove(string table) =>
        $"DELETE FROM {table} WHERE ctid = ANY (ARRAY(SELECT ctid FROM {table} WHERE user_id = @user LIMIT {BatchSize} FOR UPDATE SKIP LOCKED))";
}
