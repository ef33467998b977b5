using Npgsql;
using TaskAspire.WebhookDispatcher.Signing;

namespace TaskAspire.WebhookDispatcher.Hosting;

/// <summary>Does once what the first delivery would otherwise wait for: reads the key ring.</summary>
internal sealed class WarmUp(NpgsqlDataSource database, StoredSecrets secrets, SchemaGate schema, TimeProvider time, ILogger<WarmUp> logger) : PersistentLoop(schema, time, logger)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    protected override async Task RunAsync(CancellationToken cancellationToken)
    {
        do
        {
            // The ring's own reader would log a missing table or an empty one as an error; this one is quiet about it.
            await using var command = database.CreateCommand("SELECT EXISTS (SELECT FROM data_protection_keys)");
            if (await command.ExecuteScalarAsync(cancellationToken) is true && await secrets.WarmUpAsync(cancellationToken))
            {
                Succeeded();
                await Task.Delay(Timeout.InfiniteTimeSpan, Time, cancellationToken);
            }

            await Task.Delay(Interval, Time, cancellationToken);
        }
        while (true);
    }
}
