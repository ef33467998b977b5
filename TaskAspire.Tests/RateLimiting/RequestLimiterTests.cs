using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using StackExchange.Redis;
using StackExchange.Redis.Profiling;
using TaskAspire.ApiService.RateLimiting;
using TaskAspire.ApiService.Redis;
using TaskAspire.Tests.Fixtures;

namespace TaskAspire.Tests.RateLimiting;

public sealed class RequestLimiterTests(BackingServices services) : IAsyncLifetime
{
    private static readonly CancellationToken None = CancellationToken.None;

    private RedisLease? _redis;

    private string Redis => _redis!.ConnectionString;

    public async ValueTask InitializeAsync() => _redis = await services.RentRedisAsync(TestContext.Current.CancellationToken);

    public ValueTask DisposeAsync() => _redis!.DisposeAsync();

    [Fact]
    public async Task Two_instances_together_admit_exactly_the_limit_under_concurrency()
    {
        await using var one = await Instance.ConnectAsync(Redis);
        await using var two = await Instance.ConnectAsync(Redis);
        var caller = Guid.NewGuid().ToString();
        var counts = await Task.WhenAll(Enumerable.Range(0, 1000).Select(i =>
            Task.Run(async () => await (i % 2 == 0 ? one : two).Limiter.CountApiAsync(caller, None))));
        Assert.Equal(100, counts.Count(c => !c.IsExceeded));
        Assert.Equal(Enumerable.Range(1, 1000).Select(i => (long)i), counts.Select(c => c.Count).Order());
        Assert.All(counts, c => Assert.InRange(c.ResetAfter, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(60)));
    }

    [Fact]
    public async Task One_round_trip_counts_a_request_however_many_limits_it_has()
    {
        await using var instance = await Instance.ConnectAsync(Redis);
        // The first time the script is sent, too.
        await instance.Limiter.CountApiAsync("warm", None);
        var profile = new ProfilingSession();
        instance.Redis.RegisterProfiler(() => profile);
        await instance.Limiter.CountApiAsync(Guid.NewGuid().ToString(), None);
        Assert.StartsWith("EVAL", Assert.Single(profile.FinishProfiling()).Command, StringComparison.Ordinal);
        profile = new ProfilingSession();
        await instance.Limiter.CountAuthAsync("192.0.2.1", Guid.NewGuid().ToString(), alsoPerAddress: true, None);
        Assert.StartsWith("EVAL", Assert.Single(profile.FinishProfiling()).Command, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_two_limits_the_nearest_speaks()
    {
        await using var instance = await Instance.ConnectAsync(Redis, new RateLimitingOptions
        {
            Auth = new() { PermitLimit = 2, Window = TimeSpan.FromMinutes(1) }, AuthPerAddress = new() { PermitLimit = 3, Window = TimeSpan.FromMinutes(2) },
        });
        Assert.Equal((2, 1L), await CountAsync("a"));
        Assert.Equal((2, 2L), await CountAsync("a"));
        // Beyond both, the one that lasts longer.
        Assert.Equal((2, 3L), await CountAsync("a"));
        Assert.Equal((3, 4L), await CountAsync("a"));
        Assert.Equal((3, 5L), await CountAsync("b"));
        Assert.Equal((2, 1L), await CountAsync("b", address: "192.0.2.2"));

        async Task<(int, long)> CountAsync(string account, string address = "192.0.2.1")
        {
            var count = await instance.Limiter.CountAuthAsync(address, account, alsoPerAddress: true, None);
            return (count.Limit, count.Count);
        }
    }

    [Fact]
    public async Task A_window_that_is_over_starts_again_and_a_lost_expiry_is_repaired()
    {
        await using var instance = await Instance.ConnectAsync(Redis);
        var caller = Guid.NewGuid().ToString();
        var redis = instance.Redis.GetDatabase();
        Assert.Equal(1, (await instance.Limiter.CountApiAsync(caller, None)).Count);
        Assert.Equal(2, (await instance.Limiter.CountApiAsync(caller, None)).Count);
        await redis.KeyPersistAsync($"api_limit:{caller}");
        Assert.InRange((await instance.Limiter.CountApiAsync(caller, None)).ResetAfterSeconds, 59, 60);
        await redis.KeyExpireAsync($"api_limit:{caller}", TimeSpan.FromMilliseconds(1));
        await Eventually.TrueAsync(async () => !await redis.KeyExistsAsync($"api_limit:{caller}"), TestContext.Current.CancellationToken);
        Assert.Equal(1, (await instance.Limiter.CountApiAsync(caller, None)).Count);
    }

    [Fact]
    public async Task Scripts_that_Redis_has_forgotten_are_sent_again()
    {
        await using var instance = await Instance.ConnectAsync(Redis + ",allowAdmin=true");
        var caller = Guid.NewGuid().ToString();
        await instance.Limiter.CountApiAsync(caller, None);
        await instance.Redis.GetDatabase().ExecuteAsync("SCRIPT", "FLUSH");
        Assert.Equal(2, (await instance.Limiter.CountApiAsync(caller, None)).Count);
    }

    [Fact]
    public async Task The_account_of_a_try_is_not_kept_in_the_clear()
    {
        await using var instance = await Instance.ConnectAsync(Redis);
        var account = $"{Guid.NewGuid():N}@EXAMPLE.COM";
        await instance.Limiter.CountAuthAsync("192.0.2.1", account, alsoPerAddress: false, None);
        var server = instance.Redis.GetServers()[0];
        Assert.NotEmpty(server.Keys(pattern: "auth_limit:{192.0.2.1}:*"));
        Assert.Empty(server.Keys(pattern: $"*{account}*"));
    }

    [Fact]
    public async Task Without_Redis_the_limits_hold_in_memory_and_Redis_is_used_again_when_it_is_back()
    {
        await using var proxy = new RedisProxy(Redis);
        await using var instance = await Instance.ConnectAsync(proxy.ConnectionString);
        var caller = Guid.NewGuid().ToString();
        Assert.Equal(1, (await instance.Limiter.CountApiAsync(caller, None)).Count);

        proxy.Cut();
        await RedisProxy.WhenLostAsync(instance.Redis);
        var started = Stopwatch.StartNew();
        var counts = new List<RateLimitCount>();
        for (var i = 0; i < 150; i++)
        {
            counts.Add(await instance.Limiter.CountApiAsync(caller, None));
        }

        // Waiting each time would take 37 s.
        Assert.True(started.Elapsed < TimeSpan.FromSeconds(20), $"150 requests without Redis took {started.Elapsed}");
        Assert.Equal(100, counts.Count(c => !c.IsExceeded));

        proxy.Restore();
        await RedisProxy.WhenRestoredAsync(instance.Redis);
        await Eventually.TrueAsync(async () => (await instance.Limiter.CountApiAsync(Guid.NewGuid().ToString(), None)).Count == 1 && instance.Gate.IsOpen, TestContext.Current.CancellationToken);
        Assert.Equal(2, (await instance.Limiter.CountApiAsync(caller, None)).Count);
    }

    [Fact]
    public async Task A_Redis_that_hangs_is_waited_for_once()
    {
        await using var proxy = new RedisProxy(Redis);
        await using var instance = await Instance.ConnectAsync(proxy.ConnectionString);
        var caller = Guid.NewGuid().ToString();
        await instance.Limiter.CountApiAsync(caller, None);

        proxy.Clog();
        var started = Stopwatch.StartNew();
        Assert.Equal(1, (await instance.Limiter.CountApiAsync(caller, None)).Count);
        Assert.True(started.Elapsed > TimeSpan.FromMilliseconds(100));
        started.Restart();
        for (var i = 0; i < 50; i++)
        {
            await instance.Limiter.CountApiAsync(caller, None);
        }

        // Waiting each time would take 12 s.
        Assert.True(started.Elapsed < TimeSpan.FromSeconds(8), $"50 requests with a Redis known to hang took {started.Elapsed}");
        Assert.False(instance.Gate.IsOpen);
        proxy.Unclog();
        await Eventually.TrueAsync(() => instance.Gate.IsOpen, TestContext.Current.CancellationToken);
        // What hung was counted when it got through.
        Assert.Equal(3, (await instance.Limiter.CountApiAsync(caller, None)).Count);
    }

    private sealed class Instance : IAsyncDisposable
    {
        private Instance(IConnectionMultiplexer redis, RateLimitingOptions? options)
        {
            Redis = redis;
            Gate = new RedisGate(redis, TimeProvider.System, NullLogger<RedisGate>.Instance);
            Limiter = new RequestLimiter(
                new RedisRequestCounts(Gate), new MemoryRequestCounts(TimeProvider.System), Options.Create(options ?? new RateLimitingOptions()));
        }

        internal IConnectionMultiplexer Redis { get; }

        internal RedisGate Gate { get; }

        internal RequestLimiter Limiter { get; }

        internal static async Task<Instance> ConnectAsync(string redis, RateLimitingOptions? options = null)
        {
            var connection = ConfigurationOptions.Parse(redis);
            // As the services connect: what is asked for while there is no connection fails, and is not kept to be counted later.
            connection.BacklogPolicy = BacklogPolicy.FailFast;
            return new Instance(await ConnectionMultiplexer.ConnectAsync(connection), options);
        }

        public async ValueTask DisposeAsync()
        {
            Gate.Dispose();
            await Redis.DisposeAsync();
        }
    }
}
