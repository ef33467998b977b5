using System.Text.RegularExpressions;

namespace TaskAspire.Tests.Telemetry;

/// <summary>A metric that a service exposes.</summary>
/// <param name="Name">Its name, without the suffixes of a histogram's series.</param>
/// <param name="Type">Its type.</param>
/// <param name="Labels">The labels that any of its series has; not <c>le</c>, which every histogram has.</param>
internal sealed record ExposedMetric(string Name, string Type, IReadOnlySet<string> Labels);

/// <summary>Reads Prometheus' text format.</summary>
internal static partial class Exposition
{
    public static IReadOnlyList<ExposedMetric> Read(string text) =>
    [
        .. Begin().Split(text).Skip(1).Chunk(3).Select(parts => new ExposedMetric(
            parts[0], parts[1], Label().Matches(parts[2]).Select(match => match.Groups[1].Value).Where(label => label != "le").ToHashSet())),
    ];

    [GeneratedRegex(@"^# TYPE (\S+) (\S+)$", RegexOptions.Multiline)]
    private static partial Regex Begin();

    // Not in what a label says.
    [GeneratedRegex("""(?<=[{,])(\w+)="(?:[^"\\]|\\.)*"(?=[,}])""")]
    private static partial Regex Label();
}
