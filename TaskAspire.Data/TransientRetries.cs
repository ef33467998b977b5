using Microsoft.EntityFrameworkCore.Storage;
using Npgsql.EntityFrameworkCore.PostgreSQL;

namespace TaskAspire.Data;

/// <summary>
/// Retries what may go better the next time, but not what failed by running out of time: a caller who has waited for a connection or an
/// answer until the timeout is told so, rather than made to wait for it again.
/// </summary>
internal sealed class TransientRetries(ExecutionStrategyDependencies dependencies, int maxRetries, TimeSpan maxDelay)
    : NpgsqlRetryingExecutionStrategy(dependencies, maxRetries, maxDelay, errorCodesToAdd: null)
{
    /// <inheritdoc/>
    protected override bool ShouldRetryOn(Exception? exception) => exception?.GetBaseException() is not TimeoutException && base.ShouldRetryOn(exception);
}
