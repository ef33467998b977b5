using System.Collections.Concurrent;

namespace TaskAspire.ServiceDefaults.Telemetry;

/// <summary>
/// Reads statements for metrics, and keeps what it read by text: a program sends few different ones. Both what is kept and the
/// number of tables are bounded, since statements can be generated.
/// </summary>
internal sealed class SqlStatements
{
    private const int MaxKept = 2_000;
    private const int MaxTables = 100;
    private const string OtherTable = "other";

    private readonly ConcurrentDictionary<string, SqlStatement> _kept = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, byte> _tables = new(StringComparer.Ordinal);

    public SqlStatement Read(string sql)
    {
        if (_kept.TryGetValue(sql, out var known))
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
            _kept.TryAdd(sql, statement);
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
