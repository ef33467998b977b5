using System.Text.Json.Nodes;
using Npgsql;

namespace TaskAspire.Tests.Fixtures;

/// <summary>What PostgreSQL does for a statement (EXPLAIN ANALYZE).</summary>
internal static class QueryPlan
{
    /// <summary>Runs a batch, and gives the plan of its last statement: those before it are its settings.</summary>
    public static async Task<JsonNode> OfLastAsync(NpgsqlBatch batch, CancellationToken cancellationToken)
    {
        var last = batch.BatchCommands[^1];
        last.CommandText = "EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) " + last.CommandText;
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        for (var i = 1; i < batch.BatchCommands.Count; i++)
        {
            await reader.NextResultAsync(cancellationToken);
        }

        await reader.ReadAsync(cancellationToken);
        return JsonNode.Parse(reader.GetString(0))![0]!["Plan"]!;
    }
}
