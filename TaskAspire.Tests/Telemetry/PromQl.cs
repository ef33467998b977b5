using System.Text.RegularExpressions;

namespace TaskAspire.Tests.Telemetry;

/// <summary>Finds what a query asks for.</summary>
internal static partial class PromQl
{
    private static readonly HashSet<string> Words = ["and", "or", "unless", "bool", "offset", "by", "without", "on", "ignoring", "group_left", "group_right"];

    /// <summary>The selectors of series in a query, without ranges: <c>up{job="a"}</c>.</summary>
    public static IEnumerable<string> Selectors(string query)
    {
        // Labels after by, on and their like, and label_values' second argument, are no series.
        var bare = LabelValues().Replace(Grouping().Replace(Range().Replace(query, " "), " "), "$1");
        return Selector().Matches(bare).Where(match => !Words.Contains(match.Groups["name"].Value)).Select(match => match.Value).Distinct();
    }

    [GeneratedRegex(@"\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)")]
    private static partial Regex Grouping();

    [GeneratedRegex(@"(?<=[\w}])\[[^\]]*\]")]
    private static partial Regex Range();

    [GeneratedRegex(@"label_values\((.+), \w+\)")]
    private static partial Regex LabelValues();

    // Not a function, nor what is inside of quotation marks or braces, nor the exponent of a number.
    [GeneratedRegex("""(?<![\w."])(?<name>[a-zA-Z_:][\w:]*)(?![\w:]|\s*\()(?:\{(?:[^"}]|"[^"]*")*\})?""")]
    private static partial Regex Selector();
}
