using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using StackExchange.Redis;
using TaskAspire.ServiceDefaults;
using TaskAspire.ServiceDefaults.Configuration;

namespace TaskAspire.Tests.ServiceDefaults;

public class RedisTests
{
    [Fact]
    public async Task The_service_starts_without_it_and_commands_fail_at_once()
    {
        await using var service = await StartAsync($"127.0.0.1:{SilentServer.ClosedPort()}");
        var redis = service.Services.GetRequiredService<IConnectionMultiplexer>();
        var start = Stopwatch.GetTimestamp();
        await Assert.ThrowsAsync<RedisConnectionException>(() => redis.GetDatabase().PingAsync());
        Assert.InRange(Stopwatch.GetElapsedTime(start), TimeSpan.Zero, TimeSpan.FromSeconds(4));
    }

    [Fact]
    public async Task What_the_connection_string_says_wins_over_the_defaults()
    {
        var port = SilentServer.ClosedPort();
        await using var service = await StartAsync($"127.0.0.1:{port},connectTimeout=321,password=own", (ConfigurationKeys.RedisPassword, "other"));
        var options = service.Services.GetRequiredService<IOptions<ConfigurationOptions>>().Value;
        Assert.Equal(321, options.ConnectTimeout);
        Assert.Equal("own", options.Password);
        Assert.Equal(1_000, options.SyncTimeout);
        Assert.Equal(1_000, options.AsyncTimeout);
        Assert.False(options.AbortOnConnectFail);
        Assert.Same(BacklogPolicy.FailFast, options.BacklogPolicy);
        Assert.IsType<ExponentialRetry>(options.ReconnectRetryPolicy);
    }

    [Fact]
    public async Task What_goes_wrong_is_told_without_the_key()
    {
        await using var service = await StartAsync($"127.0.0.1:{SilentServer.ClosedPort()}");
        var redis = service.Services.GetRequiredService<IConnectionMultiplexer>();
        var exception = await Assert.ThrowsAsync<RedisConnectionException>(() => redis.GetDatabase().StringGetAsync("words that a user looks for"));
        Assert.DoesNotContain("words", exception.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_password_that_no_connection_string_can_hold_arrives()
    {
        await using var service = await StartAsync($"127.0.0.1:{SilentServer.ClosedPort()}", (ConfigurationKeys.RedisPassword, "a,b "));
        Assert.Equal("a,b ", service.Services.GetRequiredService<IOptions<ConfigurationOptions>>().Value.Password);
    }

    [Fact]
    public async Task Without_a_connection_string_the_start_says_which_setting_is_missing()
    {
        var exception = await Assert.ThrowsAnyAsync<OptionsValidationException>(() => StartAsync(connectionString: null));
        Assert.Contains("REDIS_URL", exception.Message, StringComparison.Ordinal);
    }

    private static Task<TestService> StartAsync(string? connectionString, params (string Key, string? Value)[] settings) =>
        TestService.StartAsync(builder => builder.AddRedis(), settings: [("ConnectionStrings:cache", connectionString), .. settings]);
}
