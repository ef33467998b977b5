using System.Text.RegularExpressions;
using TaskAspire.AppHost.Resources;
using TaskAspire.Standalone;

namespace TaskAspire.Tests.AppHost;

/// <summary>The Dockerfiles that bake <c>ops/</c> into images.</summary>
public partial class OpsImagesTests
{
    [Theory]
    [InlineData("prometheus")]
    [InlineData("grafana")]
    [InlineData("logstash")]
    [InlineData("kibana")]
    public void Each_begins_with_a_pinned_image_and_copies_files_that_are_there(string folder)
    {
        var directory = Path.Combine(SourceTree.Root!, "ops", folder);
        var dockerfile = File.ReadAllText(Path.Combine(directory, "Dockerfile"));
        Assert.Matches(@"(?m)^FROM \S+:v?\d+\.\d+\.\d+$", dockerfile);
        Assert.All(Copied().Matches(dockerfile), copy => Assert.True(Path.Exists(Path.Combine(directory, copy.Groups[1].Value)), copy.Value));
    }

    [Theory]
    [InlineData("logstash")]
    [InlineData("kibana")]
    public void The_parts_of_elastic_are_of_one_version(string folder) =>
        Assert.Contains($":{ElasticsearchResource.Version}\n", File.ReadAllText(Path.Combine(SourceTree.Root!, "ops", folder, "Dockerfile")), StringComparison.Ordinal);

    [GeneratedRegex(@"(?m)^COPY (?:--\S+ )*(\S+) ")]
    private static partial Regex Copied();
}
