using System.Text.Json.Nodes;
using Npgsql;
using TaskAspire.Tests.Fixtures;

namespace TaskAspire.Tests.Listing;

/// <summary>What PostgreSQL did for a statement (EXPLAIN ANALYZE).</summary>
internal sealed class ListPlan
{
    private ListPlan(JsonNode root)
    {
        Text = root.ToJsonString();
        Buffers = Count(root, "Shared Hit Blocks") + Count(root, "Shared Read Blocks");
        foreach (var node in Nodes(root))
        {
            var type = (string)node["Node Type"]!;
            Scans |= type.EndsWith("Seq Scan", StringComparison.Ordinal);
            if (type is "Sort" or "Incremental Sort")
            {
                // Beside it there may be what is worked out once before, such as a common table expression.
                var input = node["Plans"]!.AsArray().Single(child => (string)child!["Parent Relationship"]! == "Outer")!;
                LargestSort = Math.Max(LargestSort, Count(input, "Actual Rows") * Count(input, "Actual Loops"));
                SortMemory = Math.Max(SortMemory, Count(node, "Sort Space Used"));
            }
        }
    }

    /// <summary>The plan itself, for a message.</summary>
    public string Text { get; }

    /// <summary>Whether a table was read from end to end.</summary>
    public bool Scans { get; }

    /// <summary>Pages of tables and indexes that were looked at.</summary>
    public double Buffers { get; }

    /// <summary>Most rows that went into a sort.</summary>
    public double LargestSort { get; }

    /// <summary>Most memory or disk that a sort took, in kB.</summary>
    public double SortMemory { get; }

    /// <summary>Runs a statement of the product as it runs it: after the settings that go before it, in the same transaction.</summary>
    public static async Task<ListPlan> OfAsync(NpgsqlConnection connection, NpgsqlBatchCommand settings, NpgsqlBatchCommand statement)
    {
        await using var batch = new NpgsqlBatch(connection) { BatchCommands = { settings, statement } };
        return new ListPlan(await QueryPlan.OfLastAsync(batch, TestContext.Current.CancellationToken));
    }

    private static IEnumerable<JsonNode> Nodes(JsonNode node) =>
        (node["Plans"]?.AsArray() ?? []).SelectMany(child => Nodes(child!)).Prepend(node);

    private static double Count(JsonNode node, string name) => node[name]?.GetValue<double>() ?? 0;
}
