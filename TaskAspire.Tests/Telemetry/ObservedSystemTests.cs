using System.Text.Json.Nodes;
using TaskAspire.Tests.Fixtures;

namespace TaskAspire.Tests.Telemetry;

/// <summary>What <c>ops/</c> asks of Prometheus has an answer, and what the services expose is in <c>docs/metrics.md</c>.</summary>
public class ObservedSystemTests(ObservedSystem system) : IClassFixture<ObservedSystem>
{
    // Two scrapes and two evaluations, on a machine that is busy.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_query_of_a_dashboard_has_an_answer()
    {
        SkipWithoutPrometheus();
        await AllAnsweredAsync(OpsFiles.Dashboards().SelectMany(dashboard =>
            OpsFiles.Queries(dashboard.Value).Select(panel => ($"{dashboard.Key}: {panel.Panel}", panel.Query))
                .Concat(OpsFiles.OtherQueries(dashboard.Value).SelectMany(PromQl.Selectors).Select(selector => (dashboard.Key, selector)))));
    }

    [Fact]
    public async Task Each_series_that_a_rule_names_is_there()
    {
        SkipWithoutPrometheus();
        await AllAnsweredAsync(OpsFiles.Rules().SelectMany(rule => PromQl.Selectors(rule.Expression).Select(selector => (rule.Name, selector))));
    }

    [Fact]
    public async Task Both_services_are_scraped_and_all_rules_are_well()
    {
        SkipWithoutPrometheus();
        await Eventually.TrueAsync(async () => Results(await system.QueryAsync("up == 1")).Count == 2, Token, Patience);
        var expected = OpsFiles.Rules().Select(rule => rule.Name).Order().ToList();
        await Eventually.TrueAsync(
            async () =>
            {
                var rules = (await system.AskAsync("rules"))["data"]!["groups"]!.AsArray().SelectMany(group => group!["rules"]!.AsArray()).ToList();
                Assert.Equal(expected, rules.Select(rule => (string)rule!["name"]!).Order());
                return rules.All(rule => (string?)rule!["health"] == "ok");
            },
            Token,
            Patience);
    }

    [Fact]
    public async Task Prometheus_keeps_the_traces_of_requests()
    {
        SkipWithoutPrometheus();
        var now = DateTimeOffset.UtcNow;
        var route = $"query_exemplars?query=http_request_duration_seconds_bucket&start={now.AddHours(-1).ToUnixTimeSeconds()}&end={now.AddHours(1).ToUnixTimeSeconds()}";
        await Eventually.TrueAsync(
            async () => (await system.AskAsync(route))["data"]!.AsArray().Any(series => (string?)series!["seriesLabels"]!["route"] == "/api/v1/tasks"
                && series["exemplars"]!.AsArray().All(exemplar => ((string?)exemplar!["labels"]!["trace_id"])?.Length == 32)),
            Token,
            Patience);
    }

    [Theory]
    [InlineData("API", "API")]
    [InlineData("Webhook dispatcher", "dispatcher")]
    public async Task Each_metric_is_in_the_document_as_it_is(string part, string service)
    {
        var documented = MetricsPage.Rows().Where(row => row.Services.Contains(service)).ToDictionary(row => row.Name);
        var missing = new List<string>();
        await Eventually.TrueAsync(
            async () =>
            {
                var exposed = Exposition.Read(await system.MetricsAsync(part)).Select(metric => metric.Name);
                missing = [.. documented.Values.Where(row => row.Always).Select(row => row.Name).Except(exposed)];
                return missing.Count == 0;
            },
            Token,
            Patience,
            () => $"{part} does not expose {string.Join(", ", missing)}.");
        foreach (var metric in Exposition.Read(await system.MetricsAsync(part)))
        {
            Assert.True(documented.TryGetValue(metric.Name, out var row), $"{metric.Name} of {part} is not in docs/metrics.md.");
            Assert.Equal((metric.Name, metric.Type), (row!.Name, row.Type));
            Assert.Empty(metric.Labels.Except(row.Labels).Select(label => $"{metric.Name} {{{label}}} is not in docs/metrics.md."));
        }
    }

    /// <summary>Asks until all have an answer, and tells those that have none.</summary>
    private async Task AllAnsweredAsync(IEnumerable<(string Who, string Query)> queries)
    {
        var open = queries.Distinct().ToList();
        Assert.NotEmpty(open);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Token);
        limit.CancelAfter(Patience);
        while (open.Count > 0 && !limit.IsCancellationRequested)
        {
            var unanswered = new List<(string Who, string Query)>();
            foreach (var (who, query) in open)
            {
                if (Results(await system.QueryAsync(query)).Count == 0)
                {
                    unanswered.Add((who, query));
                }
            }

            open = unanswered;
            await Task.Delay(TimeSpan.FromMilliseconds(500), CancellationToken.None);
        }

        Assert.Empty(open);
    }

    private static JsonArray Results(JsonNode answer) =>
        (string?)answer["status"] == "success" ? answer["data"]!["result"]!.AsArray() : throw new InvalidOperationException(answer.ToJsonString());

    private static void SkipWithoutPrometheus() => Assert.SkipUnless(ObservedSystem.HasPrometheus, "Prometheus is not on PATH.");
}
