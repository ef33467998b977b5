using System.Text.RegularExpressions;
using TaskAspire.Standalone;

namespace TaskAspire.Tests.Telemetry;

/// <summary>A metric in <c>docs/metrics.md</c>.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its type.</param>
/// <param name="Labels">Its labels.</param>
/// <param name="Services"><c>API</c>, <c>dispatcher</c> or both.</param>
/// <param name="Always">Whether it is there without something having to happen that may never.</param>
internal sealed record DocumentedMetric(string Name, string Type, IReadOnlySet<string> Labels, IReadOnlySet<string> Services, bool Always);

/// <summary><c>docs/metrics.md</c>.</summary>
internal static partial class MetricsPage
{
    public static IReadOnlyList<DocumentedMetric> Rows() =>
    [
        .. Row().Matches(File.ReadAllText(Path.Combine(SourceTree.Root!, "docs", "metrics.md"))).Select(row => new DocumentedMetric(
            row.Groups["name"].Value,
            row.Groups["type"].Value,
            Code().Matches(row.Groups["labels"].Value).Select(label => label.Groups[1].Value).ToHashSet(),
            row.Groups["services"].Value.StartsWith("both", StringComparison.Ordinal) ? new HashSet<string> { "API", "dispatcher" } : [row.Groups["services"].Value.Split('*')[0].Trim()],
            !row.Groups["services"].Value.Contains('*', StringComparison.Ordinal))),
    ];

    [GeneratedRegex(@"^\| `(?<name>\w+)` \| (?<type>\w+) \|(?<labels>[^|]*)\|(?<unit>[^|]*)\| (?<services>[^|]*?) \|", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Code();
}
