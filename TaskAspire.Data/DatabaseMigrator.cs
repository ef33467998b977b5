using System.Diagnostics;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace TaskAspire.Data;

/// <summary>
/// Brings the schema up to date. Safe to run twice and side by side: EF Core holds a lock on the migrations table while it
/// migrates, so a second one waits and then finds nothing to do.
/// </summary>
public sealed class DatabaseMigrator(TaskDbContext database, ILogger<DatabaseMigrator> logger)
{
    /// <summary>Name of the traces of a migration.</summary>
    public const string ActivitySourceName = "TaskAspire.Data.Migrations";

    private static readonly ActivitySource ActivitySource = new(ActivitySourceName);

    /// <summary>Applies the migrations that are missing.</summary>
    public async Task MigrateAsync(CancellationToken cancellationToken)
    {
        using var activity = ActivitySource.StartActivity("migrate");
        // Building an index may take longer than a request's command timeout.
        database.Database.SetCommandTimeout(TimeSpan.FromMinutes(30));
        await CreateDatabaseAsync(cancellationToken);
        // EF Core would find out that its history table is missing by a failing query, which the server logs as an error.
        await database.GetService<IHistoryRepository>().CreateIfNotExistsAsync(cancellationToken);
        await database.Database.MigrateAsync(cancellationToken);
        logger.LogInformation("The database schema is up to date");
    }

    /// <summary>Whether all migrations are applied.</summary>
    public async Task<bool> IsUpToDateAsync(CancellationToken cancellationToken) =>
        // Asked first, because reading a history that is not there would be an error in the server's log.
        await database.GetService<IHistoryRepository>().ExistsAsync(cancellationToken)
        && !(await database.Database.GetPendingMigrationsAsync(cancellationToken)).Any();

    private async Task CreateDatabaseAsync(CancellationToken cancellationToken)
    {
        var creator = database.GetService<IRelationalDatabaseCreator>();
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
