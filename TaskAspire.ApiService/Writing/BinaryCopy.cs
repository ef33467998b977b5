using System.Reflection;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;
using TaskAspire.Data;

namespace TaskAspire.ApiService.Writing;

/// <summary>Inserts very many rows: what <c>SaveChanges</c> would, but by COPY, without a parameter object for each value (docs/performance.md).</summary>
internal static class BinaryCopy
{
    /// <summary>
    /// Writes all that was added to the context since it was cleared, in its open transaction, and clears it. What the database generates is not read back.
    /// </summary>
    /// <exception cref="PostgresException">A constraint was violated.</exception>
    public static async Task CopyAddedAsync(this TaskDbContext database, CancellationToken cancellationToken)
    {
        var connection = (NpgsqlConnection)database.Database.GetDbConnection();
        foreach (var table in database.ChangeTracker.Entries().Where(e => e.State == EntityState.Added).GroupBy(e => e.Metadata).OrderBy(g => Depth(g.Key)))
        {
            await CopyAsync(connection, table, cancellationToken);
        }

        database.ChangeTracker.Clear();
    }

    private static async Task CopyAsync(NpgsqlConnection connection, IGrouping<IEntityType, EntityEntry> table, CancellationToken cancellationToken)
    {
        var columns = table.Key.GetProperties().Where(p => p.GetValueGenerationStrategy() == NpgsqlValueGenerationStrategy.None).Select(p => new Column(p)).ToArray();
        var names = string.Join(", ", columns.Select(c => $"\"{c.Name}\""));
        await using var writer = await connection.BeginBinaryImportAsync($"COPY \"{table.Key.GetTableName()}\" ({names}) FROM STDIN (FORMAT BINARY)", cancellationToken);
        foreach (var row in table)
        {
            await writer.StartRowAsync(cancellationToken);
            foreach (var column in columns)
            {
                if (column.ValueOf(row.Entity) is { } value)
                {
                    await writer.WriteAsync(value, column.Type, cancellationToken);
                }
                else
                {
                    await writer.WriteNullAsync(cancellationToken);
                }
            }
        }

        await writer.CompleteAsync(cancellationToken);
    }

    /// <summary>Rows come after those that they refer to.</summary>
    private static int Depth(IEntityType type) =>
        type.GetForeignKeys().Where(key => key.PrincipalEntityType != type).Select(key => 1 + Depth(key.PrincipalEntityType)).DefaultIfEmpty().Max();

    private sealed class Column(IProperty property)
    {
        private readonly PropertyInfo _property = property.PropertyInfo!;
        private readonly RelationalTypeMapping _mapping = property.GetRelationalTypeMapping();

        public string Name { get; } = property.GetColumnName();

        public string Type => _mapping.StoreTypeNameBase;

        public object? ValueOf(object entity)
        {
            var value = _property.GetValue(entity);
            return value is not null && _mapping.Converter is { } converter ? converter.ConvertToProvider(value) : value;
        }
    }
}
