using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;
using TaskAspire.ServiceDefaults.Configuration;
using TaskAspire.Standalone;

namespace TaskAspire.Tests.Operations;

/// <summary>docs/operations.md says what the services do.</summary>
public sealed partial class OperationsGuideTests
{
    /// <summary>1: the table is rewritten instead of compared.</summary>
    private const string AcceptVariable = "TASKASPIRE_ACCEPT_SETTINGS";

    private const string Begin = "<!-- settings: begin -->\n";
    private const string End = "\n<!-- settings: end -->";

    private static readonly string File = Path.Combine(SourceTree.Root!, "docs", "operations.md");

    [Fact]
    public void Every_option_is_in_the_table_with_its_default_and_range()
    {
        var guide = Read();
        var (begin, end) = (guide.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length, guide.IndexOf(End, StringComparison.Ordinal));
        var table = SettingsTable.Build();
        if (Environment.GetEnvironmentVariable(AcceptVariable) == "1")
        {
            System.IO.File.WriteAllText(File, guide[..begin] + table + guide[end..]);
            return;
        }

        var (there, wanted) = (guide[begin..end].Split('\n'), table.Split('\n'));
        var (missing, stale) = (wanted.Except(there).ToList(), there.Except(wanted).ToList());
        Assert.True(
            missing.Count + stale.Count == 0,
            $"docs/operations.md lacks or has otherwise:\n{string.Join('\n', missing)}\nand has what is not so:\n{string.Join('\n', stale)}\n{AcceptVariable}=1 rewrites the table.");
    }

    [Fact]
    public void Every_variable_that_is_read_is_in_the_table_of_variables_and_no_other()
    {
        var asked = new SortedSet<string>(StringComparer.Ordinal);
        // What is asked for depends on what else is there.
        foreach (var present in new[] { "", "DATABASE_URL=postgresql://db", "DB_HOST=db", "REDIS_URL=redis://cache", "NODE_ENV=production" })
        {
            var variables = new Variables(name =>
            {
                asked.Add(name);
                return present.StartsWith(name + "=", StringComparison.Ordinal) ? present.Split('=')[1] : null;
            });
            using var configuration = new ConfigurationManager();
            Assert.Empty(IntegrationVariables.AddTo(configuration, variables));
            _ = IntegrationVariables.WithNodeEnvironment([], variables);
        }

        // .NET's own, which stand in the text.
        asked.ExceptWith(["DOTNET_ENVIRONMENT", "ASPNETCORE_ENVIRONMENT", "DOTNET_LAUNCH_PROFILE"]);
        Assert.Equal(20, asked.Count);
        Assert.Equal(asked, Variable().Matches(Section("Variables")).Select(match => match.Groups[1].Value).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_other_setting_has_a_row()
    {
        var guide = Read();
        var keys = typeof(ConfigurationKeys).GetFields().Select(field => (string)field.GetRawConstantValue()!);
        Assert.All(keys, key => Assert.Contains($"`{key}`", guide, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_alert_has_a_heading_that_says_what_to_do_and_every_heading_its_alert()
    {
        var alerts = Directory.GetFiles(Path.Combine(SourceTree.Root!, "ops", "prometheus", "rules"), "*.yml")
            .SelectMany(file => Alert().Matches(System.IO.File.ReadAllText(file))).Select(match => match.Groups[1].Value).Order(StringComparer.Ordinal).ToList();
        Assert.NotEmpty(alerts);
        var section = Section("Alerts");
        Assert.Equal(alerts, Heading().Matches(section).Select(match => match.Groups[1].Value).Order(StringComparer.Ordinal));
        foreach (var text in section.Split("\n### ")[1..])
        {
            Assert.True(text.Split('\n', 2)[1].Trim().Length > 100, $"Too little is said of {text.Split('\n')[0]}.");
        }
    }

    [Fact]
    public void Links_lead_somewhere()
    {
        var guide = Read();
        var anchors = AnyHeading().Matches(guide).Select(match => match.Groups[1].Value.ToLowerInvariant())
            .Select(title => NoAnchor().Replace(title, string.Empty).Replace(' ', '-')).ToHashSet();
        foreach (var target in Link().Matches(guide).Select(match => match.Groups[1].Value).Where(target => !target.Contains("://", StringComparison.Ordinal)))
        {
            var (path, anchor) = (target.Split('#')[0], target.Split('#').ElementAtOrDefault(1));
            Assert.True(path.Length == 0 || Path.Exists(Path.Combine(Path.GetDirectoryName(File)!, path)), $"{target} is not there.");
            Assert.True(path.Length > 0 || anchors.Contains(anchor!), $"{target} is no heading.");
        }
    }

    private static string Read() => System.IO.File.ReadAllText(File).ReplaceLineEndings("\n");

    private static string Section(string heading)
    {
        var parts = Read().Split($"\n## {heading}\n");
        Assert.Equal(2, parts.Length);
        return parts[1].Split("\n## ")[0];
    }

    [GeneratedRegex(@"^\| `([A-Z_]+)` \|", RegexOptions.Multiline)]
    private static partial Regex Variable();

    [GeneratedRegex(@"^\s*-\s*alert:\s*(\w+)", RegexOptions.Multiline)]
    private static partial Regex Alert();

    [GeneratedRegex(@"^### (\w+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"^#+ (.+)$", RegexOptions.Multiline)]
    private static partial Regex AnyHeading();

    [GeneratedRegex(@"[^a-z0-9 _-]")]
    private static partial Regex NoAnchor();

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();
}
