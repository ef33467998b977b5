using System.Text.Json.Nodes;

namespace TaskAspire.Tests.Telemetry;

/// <summary><c>ops/grafana</c> is what Grafana reads, and says what it shows.</summary>
public class DashboardTests
{
    public static TheoryData<string> Files => [.. OpsFiles.Dashboards().Keys.Order()];

    [Theory]
    [MemberData(nameof(Files))]
    public void A_dashboard_can_be_found_and_turned_to_an_instance(string file)
    {
        var dashboard = OpsFiles.Dashboards()[file];
        Assert.InRange((int)dashboard["schemaVersion"]!, 36, 42);
        Assert.Equal($"taskaspire-{Path.GetFileNameWithoutExtension(file)}", (string?)dashboard["uid"]);
        Assert.Contains("taskaspire", dashboard["tags"]!.AsArray().Select(tag => (string?)tag));
        Assert.False(string.IsNullOrEmpty((string?)dashboard["description"]));
        var variables = dashboard["templating"]!["list"]!.AsArray().ToDictionary(variable => (string)variable!["name"]!, variable => (string?)variable!["type"]);
        Assert.Equal(("datasource", "query"), (variables["datasource"], variables["instance"]));
        Assert.Contains(dashboard["links"]!.AsArray(), link => ((string?)link!["url"])!.StartsWith("${traces}/", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void A_panel_says_what_it_shows_and_in_what_unit(string file)
    {
        var panels = OpsFiles.Panels(OpsFiles.Dashboards()[file]).ToList();
        Assert.All(panels, panel =>
        {
            Assert.False(string.IsNullOrEmpty((string?)panel["title"]));
            Assert.EndsWith(".", (string?)panel["description"], StringComparison.Ordinal);
            Assert.Equal("${datasource}", (string?)panel["datasource"]!["uid"]);
            if (panel["targets"] is JsonArray targets)
            {
                var defaults = panel["fieldConfig"]!["defaults"]!;
                Assert.False(string.IsNullOrEmpty((string?)defaults["unit"]));
                Assert.NotEmpty(defaults["thresholds"]!["steps"]!.AsArray());
                Assert.Equal(targets.Count, targets.Select(target => (string?)target!["refId"]).Distinct().Count());
            }
        });
        var all = OpsFiles.Dashboards()[file]["panels"]!.AsArray();
        Assert.Equal(all.Count, all.Select(panel => (int)panel!["id"]!).Distinct().Count());
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Panels_do_not_lie_on_each_other(string file)
    {
        var cells = OpsFiles.Dashboards()[file]["panels"]!.AsArray().Select(panel => panel!["gridPos"]!).SelectMany(place =>
            from x in Enumerable.Range((int)place["x"]!, (int)place["w"]!)
            from y in Enumerable.Range((int)place["y"]!, (int)place["h"]!)
            select (x, y)).ToList();
        Assert.All(cells, cell => Assert.InRange(cell.x, 0, 23));
        Assert.Equal(cells.Count, cells.Distinct().Count());
    }

    [Fact]
    public void Durations_lead_to_traces()
    {
        var queries = OpsFiles.Dashboards().Values.SelectMany(OpsFiles.Panels).SelectMany(panel => panel["targets"]?.AsArray().Select(target => target!) ?? []);
        Assert.Contains(queries, query => (bool?)query["exemplar"] == true && ((string)query["expr"]!).Contains("http_request_duration_seconds_bucket", StringComparison.Ordinal));
        var source = File.ReadAllText(Path.Combine(OpsFiles.Grafana, "provisioning", "datasources", "prometheus.yml"));
        // The label that the services give a trace's id, and where the Aspire dashboard shows one.
        Assert.Contains("- name: trace_id", source, StringComparison.Ordinal);
        Assert.Contains("/traces/detail/$${__value.raw}", source, StringComparison.Ordinal);
        Assert.Contains("uid: prometheus\n", source.ReplaceLineEndings("\n"), StringComparison.Ordinal);
        Assert.All(OpsFiles.Dashboards().Values, dashboard => Assert.Contains(
            dashboard["templating"]!["list"]!.AsArray(),
            variable => (string?)variable!["name"] == "datasource" && (string?)variable["current"]!["value"] == "prometheus"));
    }
}
