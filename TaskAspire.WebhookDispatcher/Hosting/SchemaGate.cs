using Npgsql;
using TaskAspire.Data;

namespace TaskAspire.WebhookDispatcher.Hosting;

/// <summary>
/// Holds back all work until the database has all its tables and columns, which the API's migrator makes one migration after the other, and asks
/// for them in a way that is no error: both services may start at once, and the server's log stays clean.
/// </summary>
internal sealed class SchemaGate(SchemaHistory history, TimeProvider time, ILogger<SchemaGate> logger)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    private volatile bool _open;
    private int _announced;
    private string? _reason;

    /// <summary>Returns when the schema is there.</summary>
    public async Task WaitAsync(CancellationToken cancellationToken)
    {
        while (!_open && !(_open = await IsThereAsync(cancellationToken)))
        {
            if (Interlocked.Exchange(ref _announced, 1) == 0)
            {
                logger.LogInformation("Waiting for the database and its schema, which the API's migrator makes");
            }

            await Task.Delay(Interval, time, cancellationToken);
        }
    }

    private async Task<bool> IsThereAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await history.IsUpToDateAsync(cancellationToken);
        }
        catch (PostgresException missing) when (missing.SqlState == PostgresErrorCodes.InvalidCatalogName)
        {
            // The migrator makes it, too.
            return false;
        }
        catch (Exception failure) when (failure is NpgsqlException or TimeoutException)
        {
            // Four times a second the same would say nothing more.
            var reason = failure.GetBaseException().Message;
            if (Interlocked.Exchange(ref _reason, reason) != reason)
            {
                logger.LogWarning("The database cannot be asked yet: {Reason}", reason);
            }

            return false;
        }
    }
}
