using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using TaskAspire.ServiceDefaults.Logging.Elasticsearch;

namespace TaskAspire.Tests.Logging;

/// <summary><c>ops/elasticsearch</c>, <c>ops/kibana</c> and <c>ops/logstash</c> name the same fields, and log events have them.</summary>
public partial class LogFilesTests
{
    private static readonly JsonObject Template = JsonNode.Parse(DataStreamSetup.Template)!.AsObject();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void Policy_and_template_keep_what_the_design_promises()
    {
        var settings = Template["template"]!["settings"]!["index"]!;
        Assert.Equal((1, 1), ((int)settings["number_of_shards"]!, (int)settings["number_of_replicas"]!));
        Assert.Equal(DataStreamSetup.Name, (string?)settings["lifecycle"]!["name"]);
        Assert.NotNull(Template["template"]!["aliases"]!["task-api-logs"]);
        Assert.NotNull(Template["data_stream"]);
        Assert.Equal("logs-taskaspire-*", (string?)Assert.Single(Template["index_patterns"]!.AsArray()));
        // Above Elasticsearch's own for logs-*-*, which have 100.
        Assert.InRange((int)Template["priority"]!, 101, 1000);
        var phases = JsonNode.Parse(DataStreamSetup.Policy)!["policy"]!["phases"]!;
        Assert.Equal("30d", (string?)phases["delete"]!["min_age"]);
        Assert.NotNull(phases["hot"]!["actions"]!["rollover"]);
    }

    [Fact]
    public async Task Every_field_of_a_log_event_has_a_mapping_or_a_place_for_the_rest()
    {
        var mapped = MappedFields().ToHashSet();
        foreach (var document in await DocumentsAsync())
        {
            foreach (var field in Fields(document))
            {
                // What the package adds of itself; dynamic, as a keyword.
                Assert.True(mapped.Contains(field) || field.Split('.')[0] is "labels" or "metadata" or "agent" or "host" or "service", field);
            }
        }
    }

    [Fact]
    public async Task Saved_objects_refer_to_each_other_and_to_fields_that_log_events_have()
    {
        var objects = (await File.ReadAllLinesAsync(Ops("kibana/taskaspire.ndjson"), Token)).Select(line => JsonNode.Parse(line)!.AsObject()).ToList();
        Assert.Equal(["index-pattern", "search", "search", "dashboard"], objects.Select(o => (string?)o["type"]));
        var view = objects[0];
        Assert.Equal(("logs-taskaspire-*", "@timestamp"), ((string?)view["attributes"]!["title"], (string?)view["attributes"]!["timeFieldName"]));
        var ids = objects.Select(o => ((string?)o["type"], (string?)o["id"])).ToHashSet();
        var fields = (await DocumentsAsync()).SelectMany(Fields).ToHashSet();
        foreach (var o in objects)
        {
            Assert.All(o["references"]!.AsArray(), reference => Assert.Contains(((string?)reference!["type"], (string?)reference["id"]), ids));
            Assert.Equal(References(o).Order(), o["references"]!.AsArray().Select(reference => (string)reference!["name"]!).Order());
            Assert.All(FieldsOf(o), field => Assert.Contains(field, fields));
        }

        var dashboard = objects[^1];
        var grid = Parse(dashboard["attributes"]!["panelsJSON"])!.AsArray().Select(panel => panel!["gridData"]!).ToList();
        Assert.All(grid, cell => Assert.InRange((int)cell["x"]! + (int)cell["w"]!, 1, 48));
        Assert.Equal(grid.Count, grid.Select(cell => (string?)cell["i"]).Distinct().Count());
    }

    [Fact]
    public async Task The_pipeline_knows_the_properties_of_a_console_line_and_gives_them_fields_of_the_template()
    {
        var pipeline = await File.ReadAllTextAsync(Ops("logstash/pipeline/taskaspire.conf"), Token);
        var bare = Comments().Replace(pipeline, string.Empty).Replace(@"/^\{/", string.Empty, StringComparison.Ordinal);
        Assert.Equal(bare.Count(c => c == '{'), bare.Count(c => c == '}'));
        var mapped = MappedFields().ToHashSet();
        var targets = Renames().Matches(bare).Select(match => (From: match.Groups[1].Value, To: match.Groups[2].Value)).Where(rename => !rename.To.StartsWith("[@metadata]", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(targets);
        Assert.All(targets, rename => Assert.Contains(rename.To.Trim('[', ']').Replace("][", ".", StringComparison.Ordinal), mapped));
        // The names of the request's line, as RequestTelemetry has them, and of what the logger adds.
        string[] known = ["Method", "StatusCode", "Path", "Route", "UserId", "version", "environment", "SourceContext", "RequestId", "@m", "@l", "@x", "@tr", "@sp"];
        Assert.All(known, name => Assert.Contains(name, targets.Select(rename => rename.From)));
        Assert.Contains("ElapsedMilliseconds", pipeline, StringComparison.Ordinal);
        Assert.Contains($"[{ElasticsearchLogging.SinkProperty}] == \"elasticsearch\"", pipeline, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Production", "production")]
    [InlineData("Pre-Production 2", "pre_production_2")]
    [InlineData("a/b*c", "a_b_c")]
    public void An_environment_is_a_namespace(string environment, string expected) => Assert.Equal(expected, ElasticsearchLogging.Namespace(environment));

    private static string Ops(string path)
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!Directory.Exists(Path.Combine(directory!.FullName, "ops", "kibana")))
        {
            directory = directory.Parent;
        }

        return Path.Combine(directory.FullName, "ops", path);
    }

    /// <summary>Events of the kinds there are: a request, an error, others.</summary>
    private static async Task<IReadOnlyCollection<JsonObject>> DocumentsAsync()
    {
        await using var elasticsearch = await ElasticsearchStub.StartAsync();
        await using (var log = new ElasticsearchLog(elasticsearch.Url))
        {
            using var activity = new System.Diagnostics.Activity("request").Start();
            log.Logger.ForContext<LogFilesTests>().ForContext("RequestId", "0HN:1").Information(
                "HTTP {Method} {Path} ({Route}) -> {StatusCode} in {ElapsedMilliseconds:0.0} ms, user {UserId}", "GET", "/a", "/a", 200, 1.5, "u");
            log.Logger.Error(new InvalidOperationException("on purpose", new IOException("inner")), "Failed with {Count} of {Kind}", 3, "a");
        }

        return [.. elasticsearch.Documents];
    }

    private static IEnumerable<string> MappedFields() => Mapped(Template["template"]!["mappings"]!, string.Empty);

    private static IEnumerable<string> Mapped(JsonNode mapping, string prefix) => mapping["properties"]!.AsObject().SelectMany(property =>
        property.Value!["properties"] is null ? [prefix + property.Key] : Mapped(property.Value, $"{prefix}{property.Key}."));

    private static IEnumerable<string> Fields(JsonObject document) => document.SelectMany(member =>
        member.Value is JsonObject inner ? Fields(inner).Select(name => $"{member.Key}.{name}") : [member.Key]);

    /// <summary>Names that an object's content expects among its references.</summary>
    private static IEnumerable<string> References(JsonObject o)
    {
        var attributes = o["attributes"]!;
        return (string?)o["type"] switch
        {
            "search" => [(string)Parse(attributes["kibanaSavedObjectMeta"]!["searchSourceJSON"])!["indexRefName"]!],
            "dashboard" =>
            [
                .. Parse(attributes["panelsJSON"])!.AsArray().SelectMany(panel => panel!["panelRefName"] is { } name
                    ? [$"{panel["panelIndex"]}:{name}"]
                    : panel["embeddableConfig"]!["attributes"]!["references"]!.AsArray().Select(reference => $"{panel["panelIndex"]}:{reference!["name"]}")),
                .. Parse(attributes["controlGroupInput"]!["panelsJSON"])!.AsObject().Select(control => $"controlGroup_{control.Key}:optionsListDataView"),
            ],
            _ => [],
        };
    }

    private static IEnumerable<string> FieldsOf(JsonObject o)
    {
        var text = Regex.Unescape(Regex.Unescape(o.ToJsonString()));
        var columns = o["attributes"]!["columns"]?.AsArray().Select(column => (string)column!) ?? [];
        return columns
            .Concat(FieldNames().Matches(text).Select(match => match.Groups[1].Value).Where(name => name != "___records___"))
            .Concat(KueryFields().Matches(text).Select(match => match.Groups[1].Value))
            .Distinct();
    }

    private static JsonNode? Parse(JsonNode? text) => JsonNode.Parse((string)text!);

    [GeneratedRegex("\"(?:sourceField|fieldName)\":\"([^\"]+)\"")]
    private static partial Regex FieldNames();

    [GeneratedRegex(@"\b([a-z]+\.[A-Za-z_.]+) (?::|>=)")]
    private static partial Regex KueryFields();

    [GeneratedRegex("\"([^\"]+)\" => \"(\\[[^\"]+|message)\"")]
    private static partial Regex Renames();

    [GeneratedRegex("(?m)^ *#.*$")]
    private static partial Regex Comments();
}
