using Microsoft.Extensions.Options;
using Npgsql;
using TaskAspire.WebhookDispatcher.Configuration;

namespace TaskAspire.WebhookDispatcher.Retention;

/// <summary>Removes rows by a statement that takes at most <c>@limit</c> of them, again and again with pauses between, so that it holds up nobody.</summary>
internal sealed class RemovalBatches(NpgsqlDataSource database, IOptions<DispatcherOptions> options, TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>Until there is less than a batch to remove.</summary>
    /// <returns>How many rows.</returns>
    public Task<int> RemoveAsync(string statement, CancellationToken cancellationToken, params (string Name, object Value)[] parameters) => RunAsync(
        statement,
        async command =>
        {
            foreach (var (name, value) in parameters)
            {
                command.Parameters.AddWithValue(name, value);
            }

            var removed = await command.ExecuteNonQueryAsync(cancellationToken);
            return (removed, removed);
        },
        cancellationToken);

    /// <summary>Until less than a batch was looked at.</summary>
    /// <param name="statement">Has a parameter <c>limit</c>.</param>
    /// <param name="executeAsync">Adds the other parameters, and tells how many rows were removed and how many looked at.</param>
    /// <param name="cancellationToken">Ends it between two batches, or with one undone.</param>
    /// <returns>How many rows were removed.</returns>
    public async Task<int> RunAsync(string statement, Func<NpgsqlCommand, Task<(int Removed, int LookedAt)>> executeAsync, CancellationToken cancellationToken)
    {
        for (var total = 0; ;)
        {
            await using var command = database.CreateCommand(statement);
            command.Parameters.AddWithValue("limit", options.Value.RetentionBatchSize);
            var (removed, lookedAt) = await executeAsync(command);
            total += removed;
            if (lookedAt < options.Value.RetentionBatchSize)
            {
                return total;
            }

            await Task.Delay(Pause, time, cancellationToken);
        }
    }
}
