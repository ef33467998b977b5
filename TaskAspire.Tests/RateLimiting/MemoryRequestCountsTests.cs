using Microsoft.Extensions.Time.Testing;
using TaskAspire.ApiService.RateLimiting;

namespace TaskAspire.Tests.RateLimiting;

public sealed class MemoryRequestCountsTests
{
    private static readonly RateLimitRule Rule = new() { PermitLimit = 3, Window = TimeSpan.FromMinutes(1) };

    private readonly FakeTimeProvider _clock = new();

    [Fact]
    public void A_window_begins_with_its_first_request_and_ends_for_good()
    {
        var counts = new MemoryRequestCounts(_clock);
        Assert.Equal(new RateLimitCount(3, 1, TimeSpan.FromMinutes(1)), counts.Add("a", Rule));
        _clock.Advance(TimeSpan.FromSeconds(59.5));
        counts.Add("a", Rule);
        counts.Add("a", Rule);
        var refused = counts.Add("a", Rule);
        Assert.True(refused.IsExceeded);
        Assert.Equal(0, refused.Remaining);
        Assert.Equal(1, refused.ResetAfterSeconds);
        Assert.False(counts.Add("b", Rule).IsExceeded);
        _clock.Advance(TimeSpan.FromSeconds(0.5));
        Assert.Equal(1, counts.Add("a", Rule).Count);
    }

    [Fact]
    public void Callers_without_number_take_no_memory_without_bound()
    {
        var counts = new MemoryRequestCounts(_clock, capacity: 100);
        counts.Add("first", Rule);
        for (var i = 0; i < 1000; i++)
        {
            _clock.Advance(TimeSpan.FromMilliseconds(1));
            counts.Add($"caller {i}", Rule);
            Assert.InRange(counts.Size, 1, 100);
        }

        // The latest are still known, and those whose window is over went first.
        Assert.Equal(2, counts.Add("caller 999", Rule).Count);
        _clock.Advance(TimeSpan.FromMinutes(2));
        for (var i = 0; i < 100; i++)
        {
            counts.Add($"later {i}", Rule);
        }

        Assert.Equal(2, counts.Add("later 0", Rule).Count);
    }

    [Fact]
    public void Concurrent_requests_are_all_counted()
    {
        var counts = new MemoryRequestCounts(_clock);
        Parallel.For(0, 999, _ => counts.Add("a", Rule));
        Assert.Equal(1000, counts.Add("a", Rule).Count);
    }
}
