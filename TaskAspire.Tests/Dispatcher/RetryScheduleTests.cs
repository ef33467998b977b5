using System.Net;
using Microsoft.Extensions.Options;
using TaskAspire.WebhookDispatcher.Configuration;
using TaskAspire.WebhookDispatcher.Deliveries;
using TaskAspire.WebhookDispatcher.Sending;

namespace TaskAspire.Tests.Dispatcher;

public class RetryScheduleTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void The_waits_are_the_documents_three_attempts_and_then_two_days()
    {
        var schedule = Schedule(0.5);
        var waits = Enumerable.Range(1, 11).Select(attempt => schedule.DelayAfter(attempt, null)!.Value.TotalSeconds);
        Assert.Equal([1, 2, 5, 60, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000], waits);
        Assert.Null(schedule.DelayAfter(12, null));
    }

    [Theory]
    [InlineData(0.0, 54)]
    [InlineData(0.5, 60)]
    [InlineData(0.999999999, 66)]
    public void A_wait_varies_by_a_tenth_either_way(double chance, double seconds) =>
        Assert.Equal(seconds, Schedule(chance).DelayAfter(4, null)!.Value.TotalSeconds, 3);

    [Fact]
    public void Retry_after_is_a_lower_bound_of_at_most_a_day()
    {
        var schedule = Schedule(0.5);
        Assert.Equal(TimeSpan.FromMinutes(2), schedule.DelayAfter(1, TimeSpan.FromMinutes(2)));
        Assert.Equal(TimeSpan.FromHours(2), schedule.DelayAfter(7, TimeSpan.FromSeconds(1)));
        Assert.Equal(TimeSpan.FromHours(24), schedule.DelayAfter(1, TimeSpan.FromDays(365)));
        Assert.Equal(TimeSpan.FromHours(24), schedule.DelayAfter(1, TimeSpan.MaxValue));
        Assert.Null(schedule.DelayAfter(12, TimeSpan.FromSeconds(1)));
    }

    [Theory]
    [InlineData("120", 120.0)]
    [InlineData("Sun, 22 Nov 2026 12:05:00 GMT", 300.0)]
    [InlineData("Sun, 22 Nov 2026 11:00:00 GMT", null)]
    [InlineData("0", null)]
    [InlineData("-5", null)]
    [InlineData("soon", null)]
    [InlineData("120 s", null)]
    [InlineData("1e3", null)]
    [InlineData("+120", null)]
    [InlineData("2147483647", 2147483647.0)]
    [InlineData("Sunday, 22-Nov-26 12:05:00 GMT", 300.0)]
    [InlineData(null, null)]
    public void Retry_after_is_read_as_seconds_or_a_date(string? header, double? seconds) => Assert.Equal(seconds, Read(header)?.TotalSeconds);

    [Theory]
    [InlineData("4294967296")]
    [InlineData("99999999999999999999")]
    public void More_seconds_than_can_be_counted_are_a_long_wait(string header) => Assert.Equal(TimeSpan.MaxValue, Read(header));

    private static TimeSpan? Read(string? header)
    {
        using var response = new HttpResponseMessage(HttpStatusCode.ServiceUnavailable);
        if (header is not null)
        {
            response.Headers.TryAddWithoutValidation("Retry-After", header);
        }

        return RetryAfter.Read(response.Headers, Now);
    }

    private static RetrySchedule Schedule(double chance) => new(Options.Create(new DispatcherOptions()), new Chance(chance));

    private sealed class Chance(double value) : Random
    {
        public override double NextDouble() => value;
    }
}
