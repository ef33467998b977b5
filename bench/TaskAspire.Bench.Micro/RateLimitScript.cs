using BenchmarkDotNet.Attributes;
using Microsoft.Extensions.Logging.Abstractions;
using StackExchange.Redis;
using TaskAspire.ApiService.RateLimiting;
using TaskAspire.ApiService.Redis;
using TaskAspire.Standalone.Backing;

namespace TaskAspire.Bench.Micro;

/// <summary>A request counted in Redis: one at a time, which is the round trip, and 32 at a time, which is what it costs.</summary>
[MemoryDiagnoser]
public class RateLimitScript : IAsyncDisposable
{
    private const int AtOnce = 32;

    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"taskaspire-bench-{Guid.NewGuid():N}");
    private readonly RateLimit[] _limits = [new("api_limit:user:bench", new RateLimitRule { PermitLimit = 1_000_000, Window = TimeSpan.FromMinutes(1) })];
    private EmbeddedBacking? _backing;
    private ConnectionMultiplexer? _redis;
    private RedisGate? _gate;
    private RedisRequestCounts? _counts;

    [GlobalSetup]
    public async Task StartAsync()
    {
        _backing = await EmbeddedBacking.StartAsync(_folder, 0, 0, CancellationToken.None);
        _redis = await ConnectionMultiplexer.ConnectAsync(_backing.RedisConnectionString);
        _gate = new RedisGate(_redis, TimeProvider.System, NullLogger<RedisGate>.Instance);
        _counts = new RedisRequestCounts(_gate);
    }

    [Benchmark(Baseline = true)]
    public async Task<object?> One() => await _counts!.AddAsync(_limits, CancellationToken.None);

    [Benchmark(OperationsPerInvoke = AtOnce)]
    public Task Many() => Task.WhenAll(Enumerable.Range(0, AtOnce).Select(_ => _counts!.AddAsync(_limits, CancellationToken.None).AsTask()));

    [GlobalCleanup]
    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        _gate?.Dispose();
        await (_redis?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (_backing?.DisposeAsync() ?? ValueTask.CompletedTask);
        Directory.Delete(_folder, recursive: true);
    }
}
