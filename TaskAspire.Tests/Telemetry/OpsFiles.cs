using System.Text.Json.Nodes;
using TaskAspire.Standalone;

namespace TaskAspire.Tests.Telemetry;

/// <summary>What <c>ops/prometheus</c> and <c>ops/grafana</c> hold.</summary>
internal static class OpsFiles
{
    /// <summary>The folder of Prometheus.</summary>
    public static string Prometheus { get; } = Path.Combine(SourceTree.Root!, "ops", "prometheus");

    /// <summary>The folder of Grafana.</summary>
    public static string Grafana { get; } = Path.Combine(SourceTree.Root!, "ops", "grafana");

    /// <summary>The names of the files in a folder of Prometheus.</summary>
    public static IEnumerable<string> NamesIn(string folder) => Directory.GetFiles(Path.Combine(Prometheus, folder), "*.yml").Select(path => Path.GetFileName(path)).Order();

    /// <summary>All rules: those that record and those that alert.</summary>
    public static IReadOnlyList<Rule> Rules() => [.. NamesIn("rules").SelectMany(name => RuleFile.Read(File.ReadAllText(Path.Combine(Prometheus, "rules", name))))];

    /// <summary>All dashboards, by the names of their files.</summary>
    public static IReadOnlyDictionary<string, JsonObject> Dashboards() => Directory.GetFiles(Path.Combine(Grafana, "dashboards"), "*.json")
        .ToDictionary(path => Path.GetFileName(path), path => JsonNode.Parse(File.ReadAllText(path))!.AsObject());

    /// <summary>The panels that show something.</summary>
    public static IEnumerable<JsonObject> Panels(JsonObject dashboard) =>
        dashboard["panels"]!.AsArray().Select(panel => panel!.AsObject()).Where(panel => (string?)panel["type"] != "row");

    /// <summary>What each panel asks, as Grafana would put it: with its variables replaced, all instances chosen.</summary>
    public static IEnumerable<(string Panel, string Query)> Queries(JsonObject dashboard) => Panels(dashboard)
        .SelectMany(panel => panel["targets"]?.AsArray().Select(target => ((string)panel["title"]!, Filled((string)target!["expr"]!))) ?? []);

    /// <summary>What variables and annotations ask; it may have no answer, but what it names must be there.</summary>
    public static IEnumerable<string> OtherQueries(JsonObject dashboard) =>
    [
        .. dashboard["templating"]!["list"]!.AsArray().Where(variable => (string?)variable!["type"] == "query").Select(variable => Filled((string)variable!["definition"]!)),
        .. dashboard["annotations"]!["list"]!.AsArray().Select(annotation => Filled((string)annotation!["expr"]!)),
    ];

    private static string Filled(string query) => query
        .Replace("$__rate_interval", "1m", StringComparison.Ordinal)
        .Replace("$__range", "5m", StringComparison.Ordinal)
        .Replace("$instance", ".+", StringComparison.Ordinal)
        .Replace("$job", "apiservice|webhookdispatcher", StringComparison.Ordinal);
}
