using System.Collections.Concurrent;

namespace TaskAspire.ServiceDefaults.Telemetry;

/// <summary>
/// Reads statements for metrics, and keeps what it read by how they begin: a program sends few different ones, but puts them together to batches of which
/// hardly one is like another. Both what is kept and the number of tables are bounded, since statements can be generated.
/// </summary>
internal sealed class SqlStatements
{
    /// <summary>Two statements that are the same up to here read and write the same.</summary>
    private const int Beginning = 1_024;
    private const int MaxKept = 2_000;
    private const int MaxTables = 100;
    private const string OtherTable = "other";

    private readonly ConcurrentDictionary<string, SqlStatement> _kept = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, byte> _tables = new(StringComparer.Ordinal);

    public SqlStatement Read(string sql)
    {
        var beginning = sql.AsSpan(0, Math.Min(sql.Length, Beginning));
        var byBeginning = _kept.GetAlternateLookup<ReadOnlySpan<char>>();
        if (byBeginning.TryGetValue(beginning, out var known))
        {
            return known;
        }

        var statement = SqlStatement.Parse(sql);
        if (!IsCounted(statement.Table))
        {
            statement = statement with { Table = OtherTable };
        }

        if (_kept.Count < MaxKept)
        {
            byBeginning.TryAdd(beginning, statement);
        }

        return statement;
    }

    private bool IsCounted(string table)
    {
        if (_tables.Count < MaxTables)
        {
            _tables.TryAdd(table, 0);
        }

        return _tables.ContainsKey(table);
    }
}
