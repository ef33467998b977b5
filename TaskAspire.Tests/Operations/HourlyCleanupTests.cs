using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using TaskAspire.ApiService.Upkeep;
using TaskAspire.Tests.Fixtures;
using TaskAspire.Tests.Telemetry;

namespace TaskAspire.Tests.Operations;

public sealed class HourlyCleanupTests
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    private readonly FakeTimeProvider _clock = new();

    [Fact]
    public async Task An_instance_that_does_not_live_for_an_hour_cleans_up_too()
    {
        using var cleanup = new CountedCleanup(_clock);
        await cleanup.StartAsync(Cancel);
        var began = _clock.GetUtcNow();

        await RunsAsync(cleanup, 1);

        Assert.InRange(_clock.GetUtcNow() - began, TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(59));
        await cleanup.StopAsync(Cancel);
    }

    [Fact]
    public async Task One_that_failed_is_tried_again()
    {
        using var cleanup = new CountedCleanup(_clock) { Fails = true };
        await cleanup.StartAsync(Cancel);

        await RunsAsync(cleanup, 2);

        await cleanup.StopAsync(Cancel);
    }

    [Fact]
    public async Task One_that_fails_shows_in_the_metrics_until_it_has_gone_well()
    {
        using var cleanup = new FailingCleanup(_clock);
        await cleanup.StartAsync(Cancel);
        await ShowsAsync(0);

        cleanup.Fails = true;
        await ShowsAsync(1);
        cleanup.Fails = false;
        await ShowsAsync(0);

        await cleanup.StopAsync(Cancel);

        Task ShowsAsync(int failing) => Eventually.TrueAsync(
            () =>
            {
                _clock.Advance(TimeSpan.FromMinutes(5));
                return BackgroundWork.Failing(nameof(FailingCleanup)) == failing;
            },
            Cancel);
    }

    private Task RunsAsync(CountedCleanup cleanup, int times) => Eventually.TrueAsync(
        () =>
        {
            _clock.Advance(TimeSpan.FromSeconds(30));
            return cleanup.Runs >= times;
        },
        Cancel);

    private sealed class FailingCleanup(TimeProvider clock) : HourlyCleanup(clock, NullLogger.Instance)
    {
        private volatile bool _fails;

        public bool Fails
        {
            set => _fails = value;
        }

        internal override Task<long> RemoveExpiredAsync(CancellationToken cancellationToken) =>
            _fails ? Task.FromException<long>(new InvalidOperationException("A row cannot be removed.")) : Task.FromResult(0L);
    }

    private sealed class CountedCleanup(TimeProvider clock) : HourlyCleanup(clock, NullLogger.Instance)
    {
        private int _runs;

        public bool Fails { get; init; }

        public int Runs => Volatile.Read(ref _runs);

        internal override Task<long> RemoveExpiredAsync(CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _runs);
            return Fails ? Task.FromException<long>(new InvalidOperationException("The database is away.")) : Task.FromResult(0L);
        }
    }
}
