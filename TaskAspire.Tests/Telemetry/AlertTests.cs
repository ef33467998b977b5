using System.Text.RegularExpressions;
using TaskAspire.Standalone.Processes;

namespace TaskAspire.Tests.Telemetry;

/// <summary><c>ops/prometheus</c>, by <c>promtool</c> and by what is asked of an alert.</summary>
public partial class AlertTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string> TestFiles => [.. OpsFiles.NamesIn("tests")];

    public static TheoryData<string> Alerts => [.. OpsFiles.Rules().Where(rule => rule.Kind == "alert").Select(rule => rule.Name)];

    [Theory]
    [MemberData(nameof(TestFiles))]
    public Task Rules_do_what_their_cases_say(string file) => PromtoolAsync("test", "rules", $"tests/{file}");

    [Fact]
    public Task The_configuration_is_one() => PromtoolAsync("check", "config", "prometheus.yml");

    [Theory]
    [MemberData(nameof(Alerts))]
    public void An_alert_says_what_is_wrong_and_where_to_read_what_to_do(string name)
    {
        var alert = Assert.Single(OpsFiles.Rules(), rule => rule.Name == name);
        Assert.False(string.IsNullOrEmpty(alert["summary"]));
        Assert.False(string.IsNullOrEmpty(alert["description"]));
        Assert.Equal($"docs/operations.md#{name.ToLowerInvariant()}", alert["runbook_url"]);
        Assert.Contains(alert["severity"], new[] { "page", "ticket" });
    }

    [Theory]
    [MemberData(nameof(Alerts))]
    public void An_alert_has_a_case_that_fires_and_one_that_does_not(string name)
    {
        var cases = OpsFiles.NamesIn("tests")
            .SelectMany(file => Case().Matches(File.ReadAllText(Path.Combine(OpsFiles.Prometheus, "tests", file)).ReplaceLineEndings("\n")))
            .Where(match => match.Groups["alert"].Value == name)
            .ToLookup(match => match.Groups["none"].Success);
        Assert.NotEmpty(cases[true]);
        Assert.NotEmpty(cases[false]);
    }

    private static async Task PromtoolAsync(params string[] arguments)
    {
        var program = Executables.Find("promtool");
        Assert.SkipWhen(program is null, "promtool, which comes with Prometheus, is not on PATH.");
        var result = await Command.RunAsync(new LaunchSpec(program, arguments) { WorkingDirectory = OpsFiles.Prometheus }, Token);
        Assert.True(result.Succeeded, result.Output);
    }

    [GeneratedRegex(@"alertname: (?<alert>\w+)\n +exp_alerts:(?<none> \[\])?")]
    private static partial Regex Case();
}
