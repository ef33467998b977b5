using Npgsql;

namespace TaskAspire.WebhookDispatcher.Hosting;

/// <summary>
/// Holds back all work until the database has its tables, which the API's migrator makes, and asks for them in a way that is no error:
/// both services may start at once, and the server's log stays clean.
/// </summary>
internal sealed class SchemaGate(NpgsqlDataSource database, IHostApplicationLifetime lifetime, TimeProvider time, ILogger<SchemaGate> logger)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    private readonly Lock _lock = new();
    private Task? _opening;

    /// <summary>Returns when the tables are there.</summary>
    public Task WaitAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return (_opening ??= OpenAsync(lifetime.ApplicationStopping)).WaitAsync(cancellationToken);
        }
    }

    private async Task OpenAsync(CancellationToken cancellationToken)
    {
        for (var first = true; !await IsThereAsync(cancellationToken); first = false)
        {
            if (first)
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
            await using var command = database.CreateCommand("SELECT to_regclass('webhook_deliveries') IS NOT NULL");
            return await command.ExecuteScalarAsync(cancellationToken) is true;
        }
        catch (Exception failure) when (failure is NpgsqlException or TimeoutException)
        {
            logger.LogDebug(failure, "The database cannot be asked yet");
            return false;
        }
    }
}
