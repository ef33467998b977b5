using System.Reflection;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql;

namespace TaskAspire.Data;

/// <summary>
/// Which migrations the database has. Asked by each start, by the health check until it says yes, and so without EF Core, whose model takes a third of
/// a second to build.
/// </summary>
public sealed class SchemaHistory(NpgsqlDataSource database)
{
    private const string Table = $"\"{HistoryRepository.DefaultTableName}\"";

    private static readonly string[] Known =
        [.. typeof(SchemaHistory).Assembly.DefinedTypes.Select(type => type.GetCustomAttribute<MigrationAttribute>()?.Id).OfType<string>()];

    /// <summary>Whether all migrations are applied. A database that has more than this program knows of, because a newer one was here, is up to date.</summary>
    /// <exception cref="NpgsqlException">The database could not be asked, or does not exist.</exception>
    public async Task<bool> IsUpToDateAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        // The catalog first: the server would log a query of a table that is not there as an error.
        await using (var exists = new NpgsqlCommand($"SELECT to_regclass('{Table}') IS NOT NULL", connection))
        {
            if (await exists.ExecuteScalarAsync(cancellationToken) is not true)
            {
                return false;
            }
        }

        // The column's name is the naming convention's (TaskDatabase.Configure).
        await using var missing = new NpgsqlCommand($"SELECT NOT EXISTS (SELECT FROM unnest($1) known WHERE known NOT IN (SELECT migration_id FROM {Table}))", connection)
        {
            Parameters = { new() { Value = Known } },
        };
        return await missing.ExecuteScalarAsync(cancellationToken) is true;
    }
}
