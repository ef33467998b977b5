using System.Diagnostics;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace TaskAspire.Data;

/// <summary>
/// Brings the schema and the settings of the database up to date. Safe to run twice and side by side: a second one waits and then finds nothing to do.
/// </summary>
public sealed class DatabaseMigrator(
    SchemaHistory history,
    IServiceScopeFactory scopes,
    [FromKeyedServices(TaskDatabase.UnpooledKey)] NpgsqlDataSource unpooled,
    TimeProvider time,
    ILogger<DatabaseMigrator> logger)
{
    /// <summary>Name of the traces of a migration.</summary>
    public const string ActivitySourceName = "TaskAspire.Data.Migrations";

    /// <summary>Names the advisory lock; any number will do that nobody else uses in this database.</summary>
    private const long LockKey = 0x7461736B_61737069;

    private static readonly TimeSpan LockRetryDelay = TimeSpan.FromMilliseconds(250);
    private static readonly ActivitySource ActivitySource = new(ActivitySourceName);

    /// <summary>Applies the migrations that are missing.</summary>
    public async Task MigrateAsync(CancellationToken cancellationToken)
    {
        using var activity = ActivitySource.StartActivity("migrate");
        if (!await IsUpToDateAsync(cancellationToken))
        {
            await ApplyMissingAsync(cancellationToken);
        }

        // Asked for each time: a backup holds the schema and not the settings.
        if (await SilentTransactions.AreUnlimitedAsync(unpooled, cancellationToken))
        {
            await LimitSilentTransactionsAsync(cancellationToken);
        }

        logger.LogInformation("The database schema is up to date");
    }

    /// <summary>It almost always is, and then EF Core's model need not be built to find nothing to do.</summary>
    private async Task<bool> IsUpToDateAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await history.IsUpToDateAsync(cancellationToken);
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.InvalidCatalogName)
        {
            // There is no database yet.
            return false;
        }
    }

    private async Task ApplyMissingAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var database = scope.ServiceProvider.GetRequiredService<TaskDbContext>().Database;
        // Building an index may take longer than a request's command timeout.
        database.SetCommandTimeout(TimeSpan.FromMinutes(30));
        await CreateDatabaseAsync(database.GetService<IRelationalDatabaseCreator>(), cancellationToken);
        await using var others = await LockOutOthersAsync(cancellationToken);
        // EF Core would find out that its history table is missing by a failing query, which the server logs as an error.
        await database.GetService<IHistoryRepository>().CreateIfNotExistsAsync(cancellationToken);
        await database.MigrateAsync(cancellationToken);
    }

    private async Task LimitSilentTransactionsAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var others = await LockOutOthersAsync(cancellationToken);
            await SilentTransactions.LimitAsync(unpooled, cancellationToken);
        }
        catch (PostgresException refused) when (refused.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
            logger.LogWarning(
                "The database belongs to somebody else, who should set idle_in_transaction_session_timeout to {Limit} for it: what a lost process had locked stays locked without it",
                SilentTransactions.Limit);
        }
    }

    /// <summary>
    /// EF Core's own lock ends with the transaction of each migration, and whoever waits for it then begins with the next one, which the first one has on
    /// its list, too. Asked for again and again, not waited for in the server: a statement that waits keeps an index from being built concurrently.
    /// </summary>
    /// <returns>The session that holds the lock, until it ends.</returns>
    private async Task<NpgsqlConnection> LockOutOthersAsync(CancellationToken cancellationToken)
    {
        var connection = await unpooled.OpenConnectionAsync(cancellationToken);
        try
        {
            await using var command = new NpgsqlCommand("SELECT pg_try_advisory_lock($1)", connection) { Parameters = { new() { Value = LockKey } } };
            while (await command.ExecuteScalarAsync(cancellationToken) is not true)
            {
                await Task.Delay(LockRetryDelay, time, cancellationToken);
            }

            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    private static async Task CreateDatabaseAsync(IRelationalDatabaseCreator creator, CancellationToken cancellationToken)
    {
        try
        {
            if (!await creator.ExistsAsync(cancellationToken))
            {
                await creator.CreateAsync(cancellationToken);
            }
        }
        catch (PostgresException exception) when (exception.SqlState is PostgresErrorCodes.DuplicateDatabase or PostgresErrorCodes.UniqueViolation)
        {
            // Another migrator was first.
        }
    }
}
