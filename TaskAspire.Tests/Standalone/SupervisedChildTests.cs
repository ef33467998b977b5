using Microsoft.Extensions.Time.Testing;
using TaskAspire.Standalone;
using TaskAspire.Standalone.Output;
using TaskAspire.Standalone.Processes;
using TaskAspire.Tests.Fixtures;

namespace TaskAspire.Tests.Standalone;

public class SupervisedChildTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly List<FakeChild> _children = [];
    private readonly List<string> _notices = [];

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_child_that_ends_is_started_again_after_a_growing_delay()
    {
        await using var supervised = await StartedAsync();
        foreach (var delay in (double[])[0.5, 1, 2, 4])
        {
            var before = _children.Count;
            _children[^1].End(139);
            await Eventually.TrueAsync(() => _notices.Count == before, Cancelled);
            Assert.EndsWith($"139; starting again in {delay:0.#} s", _notices[^1], StringComparison.Ordinal);

            _time.Advance(TimeSpan.FromSeconds(delay) - TimeSpan.FromMilliseconds(1));
            Assert.Equal(before, _children.Count);
            await AdvanceUntilAsync(() => _children.Count == before + 1);
        }
    }

    [Fact]
    public void A_run_that_lasted_starts_the_delays_over()
    {
        var schedule = new RestartSchedule();
        Assert.Equal(TimeSpan.FromSeconds(0.5), schedule.Next(TimeSpan.Zero));
        Assert.Equal(TimeSpan.FromSeconds(1), schedule.Next(TimeSpan.Zero));
        Assert.Equal(TimeSpan.FromSeconds(0.5), schedule.Next(RestartSchedule.Stable));
        for (var i = 0; i < 100; i++)
        {
            schedule.Next(TimeSpan.Zero);
        }
        Assert.Equal(RestartSchedule.Longest, schedule.Next(TimeSpan.Zero));
    }

    [Fact]
    public async Task A_child_that_ends_before_it_is_ready_is_given_up_with_its_last_lines()
    {
        await using var supervised = Create(child => child.End(1));

        var start = supervised.StartAsync(_ => Task.FromResult<string?>("no answer"), TimeSpan.FromMinutes(5), Cancelled);
        await AdvanceUntilAsync(() => start.IsCompleted);

        var exception = await Assert.ThrowsAsync<StackException>(() => start);
        Assert.Equal(SupervisedChild.StartAttempts, _children.Count);
        Assert.Contains("exit code 1", exception.Message, StringComparison.Ordinal);
        Assert.Contains("the reason", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_child_that_never_gets_ready_times_out_saying_what_it_lacks()
    {
        await using var supervised = Create(_ => { });

        var start = supervised.StartAsync(_ => Task.FromResult<string?>("/health answers 503"), TimeSpan.FromSeconds(60), Cancelled);
        await AdvanceUntilAsync(() => start.IsCompleted);

        var exception = await Assert.ThrowsAsync<StackException>(() => start);
        Assert.Contains("not ready after 60 s: /health answers 503", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_child_that_a_full_disk_keeps_from_starting_again_is_started_when_there_is_room()
    {
        var isFull = false;
        await using var supervised = Create(_ => { }, () => isFull ? throw new IOException("No space left on device") : new LaunchSpec("program"));
        await supervised.StartAsync(_ => Task.FromResult<string?>(null), TimeSpan.FromSeconds(1), Cancelled);

        isFull = true;
        _children[0].End(1);
        await AdvanceUntilAsync(() => _notices.Exists(notice => notice.StartsWith("No space left on device; starting again", StringComparison.Ordinal)));
        isFull = false;

        await AdvanceUntilAsync(() => _children.Count == 2);
    }

    [Fact]
    public async Task A_stopped_child_is_not_started_again_until_it_is_asked_for()
    {
        await using var supervised = await StartedAsync();

        await supervised.StopAsync();
        _time.Advance(TimeSpan.FromMinutes(5));
        Assert.Single(_children);
        Assert.True(_children[0].Exited.IsCompleted);

        await supervised.StartAsync(_ => Task.FromResult<string?>(null), TimeSpan.FromSeconds(1), Cancelled);
        Assert.Equal(2, _children.Count);
    }

    private SupervisedChild Create(Action<FakeChild> onStart, Func<LaunchSpec>? prepare = null) =>
        new("api", _ => Task.FromResult(prepare?.Invoke() ?? new LaunchSpec("program")), new Notices(_notices))
        {
            Time = _time,
            Start = (_, _) =>
            {
                var child = new FakeChild();
                _children.Add(child);
                onStart(child);
                return Task.FromResult<IChild>(child);
            },
        };

    private async Task<SupervisedChild> StartedAsync()
    {
        var supervised = Create(_ => { });
        await supervised.StartAsync(_ => Task.FromResult<string?>(null), TimeSpan.FromSeconds(1), Cancelled);
        return supervised;
    }

    // The delay is asked for on another thread: advance until it was seen.
    private Task AdvanceUntilAsync(Func<bool> condition) => Eventually.TrueAsync(
        () =>
        {
            _time.Advance(TimeSpan.FromMilliseconds(1) * 250);
            return condition();
        },
        Cancelled);

    private sealed class FakeChild : IChild
    {
        private readonly TaskCompletionSource<int> _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int Id => 1;

        public Task<int> Exited => _exited.Task;

        public IReadOnlyList<string> LastLines => ["the reason"];

        public void End(int exitCode) => _exited.TrySetResult(exitCode);

        public Task StopAsync()
        {
            End(0);
            return Task.CompletedTask;
        }

        public void Kill() => End(137);

        public ValueTask DisposeAsync() => new(StopAsync());
    }

    private sealed class Notices(List<string> notices) : IStackOutput
    {
        public void Line(string part, string line)
        {
        }

        public void Notice(string part, string message) => notices.Add(message);
    }
}
