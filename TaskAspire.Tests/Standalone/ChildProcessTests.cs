using System.Collections.Concurrent;
using System.Globalization;
using TaskAspire.Standalone.Output;
using TaskAspire.Standalone.Processes;
using TaskAspire.Tests.Fixtures;

namespace TaskAspire.Tests.Standalone;

/// <summary>With real processes, so where there is a shell.</summary>
public class ChildProcessTests
{
    private readonly ConcurrentQueue<string> _lines = new();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Its_lines_arrive_and_its_exit_code()
    {
        var result = await Command.RunAsync(Shell("echo out; echo err >&2; exit 3"), Cancelled);

        Assert.Equal(3, result.ExitCode);
        Assert.Equal(["err", "out"], result.Output.Split('\n').Order());
    }

    [Fact]
    public async Task It_is_asked_to_end_first()
    {
        await using var child = await ChildProcess.StartAsync(Shell("trap 'echo asked; exit 0' TERM; echo ready; while :; do sleep 0.05; done"), _lines.Enqueue);
        await Eventually.TrueAsync(() => _lines.Contains("ready"), Cancelled);

        await child.StopAsync();

        Assert.Equal(0, await child.Exited);
        Assert.Contains("asked", _lines);
    }

    [Fact]
    public async Task One_that_does_not_listen_is_killed_with_what_it_started()
    {
        var spec = Shell("trap '' TERM; sleep 600 & echo $!; while :; do sleep 0.05; done") with { StopTimeout = TimeSpan.FromMilliseconds(200) };
        await using var child = await ChildProcess.StartAsync(spec, _lines.Enqueue);
        await Eventually.TrueAsync(() => !_lines.IsEmpty, Cancelled);
        var grandchild = int.Parse(_lines.First(), CultureInfo.InvariantCulture);

        await child.StopAsync();

        Assert.Equal(137, await child.Exited);
        await Eventually.TrueAsync(() => ProcessIdentity.Of(grandchild) is null, Cancelled);
    }

    [Fact]
    public async Task What_an_earlier_stack_left_running_is_ended()
    {
        using var directory = new TestDirectory();
        await using var child = await ChildProcess.StartAsync(Shell("echo ready; exec sleep 600"), _lines.Enqueue);
        new ChildRecords(directory.Path, SilentOutput.Instance).Add("sleeper", child.Id);

        await new ChildRecords(directory.Path, SilentOutput.Instance).StopLeftoversAsync(Cancelled);

        await child.Exited.WaitAsync(TimeSpan.FromSeconds(10), Cancelled);
        Assert.Empty(Directory.GetFiles(directory.Path));
    }

    [Fact]
    public async Task A_record_whose_process_id_belongs_to_somebody_else_by_now_harms_nobody()
    {
        using var directory = new TestDirectory();
        await using var child = await ChildProcess.StartAsync(Shell("echo ready; exec sleep 600"), _lines.Enqueue);
        await Eventually.TrueAsync(() => !_lines.IsEmpty, Cancelled);
        var records = new ChildRecords(directory.Path, SilentOutput.Instance);
        records.Add("sleeper", child.Id);
        var file = Directory.GetFiles(directory.Path).Single();
        var fields = (await File.ReadAllTextAsync(file, Cancelled)).Split(' ');
        // The same id, started at another time.
        await File.WriteAllTextAsync(file, $"{fields[0]} 1 {fields[2]}", Cancelled);

        await records.StopLeftoversAsync(Cancelled);

        Assert.False(child.Exited.IsCompleted);
        Assert.NotNull(ProcessIdentity.Of(child.Id));
    }

    private static LaunchSpec Shell(string script)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "needs a POSIX shell");
        return new LaunchSpec("/bin/sh", "-c", script) { ParentDeathSignal = UnixSignal.Kill };
    }
}
