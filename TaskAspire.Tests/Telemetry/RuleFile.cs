using System.Text.RegularExpressions;

namespace TaskAspire.Tests.Telemetry;

/// <summary>A rule of Prometheus.</summary>
/// <param name="Kind"><c>alert</c> or <c>record</c>.</param>
/// <param name="Name">Its name.</param>
/// <param name="Expression">What it asks.</param>
/// <param name="Text">All of it, as it is written.</param>
internal sealed record Rule(string Kind, string Name, string Expression, string Text)
{
    /// <summary>The text of an annotation or a label; null when it has none.</summary>
    public string? this[string key] => Regex.Match(Text, $@"^ +{key}: (.+)$", RegexOptions.Multiline) is { Success: true } match ? match.Groups[1].Value.Trim('"') : null;
}

/// <summary>Reads rules as they are written here; <c>promtool</c> sees to it that they are YAML.</summary>
internal static partial class RuleFile
{
    public static IEnumerable<Rule> Read(string text) => Begin().Split(text.ReplaceLineEndings("\n")).Skip(1).Chunk(3)
        .Select(parts => new Rule(parts[0], parts[1], ExpressionOf(parts[2]), parts[2]));

    private static string ExpressionOf(string rule) => Expression().Match(rule) is { Success: true } match
        ? Whitespace().Replace(match.Groups["line"].Success ? match.Groups["line"].Value : match.Groups["block"].Value, " ").Trim()
        : throw new InvalidDataException($"No expression in {rule}");

    [GeneratedRegex(@"^      - (alert|record): (\S+)\n", RegexOptions.Multiline)]
    private static partial Regex Begin();

    [GeneratedRegex(@"^        expr: (?:\|\n(?<block>(?: {10}.*\n)+)|(?<line>.+)$)", RegexOptions.Multiline)]
    private static partial Regex Expression();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Whitespace();
}
