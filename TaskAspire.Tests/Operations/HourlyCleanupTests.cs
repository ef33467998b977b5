using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using TaskAspire.ApiService.Upkeep;
using TaskAspire.Tests.Fixtures;

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

    private Task RunsAsync(CountedCleanup cleanup, int times) => Eventually.TrueAsync(
        () =>
        {
            _clock.Advance(TimeSpan.FromSeconds(30));
            return cleanup.Runs >= times;
        },
        Cancel);

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
