using TaskAspire.Tests.Fixtures;

namespace TaskAspire.Tests.Chaos;

public class ChaosTests(BackingServices backing, ITestOutputHelper output)
{
    // Below this a lag is too short to say anything on a machine that does other things, too.
    private static readonly TimeSpan Floor = TimeSpan.FromMilliseconds(400);

    [Fact]
    public async Task Whoever_is_killed_every_event_reaches_every_healthy_endpoint()
    {
        var options = new ChaosOptions();
        var report = await ChaosRun.RunAsync(backing, options, output.WriteLine, TestContext.Current.CancellationToken);
        output.WriteLine(report.ToString());

        Assert.Equal(options.Kills + options.DatabaseCrashes + options.DatabaseRestarts + options.Cuts, report.Disruptions.Count);
        Assert.True(report.Expected >= options.Deliveries);
        Assert.Equal(0, report.Missing);
        Assert.Equal(0, report.WrongIds);
        Assert.True(report.DuplicateShare < 0.01, $"{report.Duplicates} duplicates of {report.Expected}");
        Assert.True(report.ToSick > 0);
        var calm = report.Control.P99 > Floor ? report.Control.P99 : Floor;
        Assert.True(report.BesideSick.P99 < calm * 2, $"p99 was {report.Control.P99} without the sick endpoints and {report.BesideSick.P99} beside them");
    }
}
