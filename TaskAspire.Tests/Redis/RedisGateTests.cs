using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using StackExchange.Redis;
using TaskAspire.ApiService.Caching;
using TaskAspire.ApiService.Redis;
using TaskAspire.ServiceDefaults.Health;
using TaskAspire.Tests.Fixtures;
using TaskAspire.Tests.ServiceDefaults;

namespace TaskAspire.Tests.Redis;

public class RedisGateTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly FakeTimeProvider _clock = new();
    private readonly Log _log = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_probe_that_the_client_cancels_is_repeated()
    {
        var probes = 0;
        using var gate = Gate(() => Interlocked.Increment(ref probes) < 3 ? Task.FromCanceled<bool>(new CancellationToken(canceled: true)) : Task.FromResult(true));
        await gate.TryAsync<object>(Fails, Cancel);
        Assert.False(gate.IsOpen);

        await UntilAsync(() => gate.IsOpen);
        Assert.Equal(3, probes);
    }

    [Fact]
    public async Task A_Redis_that_refuses_writes_is_not_taken_for_one_that_is_back()
    {
        var probes = 0;
        using var gate = Gate(() => Interlocked.Increment(ref probes) < 10 ? throw Full() : Task.FromResult(true));
        await gate.TryAsync<object>(Fails, Cancel);

        await UntilAsync(() => Volatile.Read(ref probes) == 9);
        Assert.Single(_log.Events, level => level >= LogLevel.Information);
        await UntilAsync(() => gate.IsOpen);
        Assert.Equal(2, _log.Events.Count(level => level >= LogLevel.Information));
    }

    [Fact]
    public async Task A_Redis_that_refuses_writes_is_noticed_without_a_request()
    {
        using var gate = Gate(() => throw Full());
        using var watch = new RedisWatch(gate, _clock);
        await watch.StartAsync(Cancel);
        Assert.True(gate.IsOpen);

        await UntilAsync(() => !gate.IsOpen);
        await watch.StopAsync(Cancel);
    }

    [Fact]
    public async Task What_others_must_learn_is_tried_again_when_the_connection_is_back()
    {
        using var gate = Gate(() => Task.FromResult(true));
        var tries = 0;
        var answer = gate.InsistAsync<string>(_ => Interlocked.Increment(ref tries) == 1 ? throw Broken() : Task.FromResult("done"), Cancel).AsTask();

        await UntilAsync(() => answer.IsCompleted);
        Assert.Equal("done", await answer);
    }

    [Fact]
    public async Task A_Redis_that_stays_away_is_waited_for_a_second_and_once()
    {
        using var gate = Gate(() => throw Broken());
        var started = _clock.GetTimestamp();
        var answer = gate.InsistAsync<object>(Fails, Cancel).AsTask();
        Assert.False(answer.IsCompleted);

        await UntilAsync(() => answer.IsCompleted);
        Assert.Null(await answer);
        Assert.InRange(_clock.GetElapsedTime(started), Second, 2 * Second);
        var next = gate.InsistAsync<object>(Fails, Cancel);
        Assert.True(next.IsCompleted);
        Assert.Null(await next);
    }

    [Fact]
    public async Task Lists_are_not_cached_before_other_instances_have_found_Redis_again_too()
    {
        using var gate = Gate(() => Task.FromResult(true));
        using var versions = new TaskListVersions(gate);
        Assert.True(gate.IsSettled);
        await gate.TryAsync<object>(Fails, Cancel);
        await UntilAsync(() => gate.IsOpen);
        Assert.False(versions.AreTrusted);
        Assert.Null(await versions.FindAsync(Guid.NewGuid(), Cancel));

        _clock.Advance(TimeSpan.FromSeconds(9));
        Assert.True(versions.AreTrusted);
    }

    [Fact]
    public async Task Health_tells_that_writes_are_refused_and_that_a_connection_was_given_up()
    {
        Assert.Equal("Redis refuses writes.", await ProblemAsync(() => throw Full()));
        Assert.Equal("Redis refuses writes.", await ProblemAsync(() => throw new RedisCommandException("Command cannot be issued to a replica: SETEX")));
        Assert.Equal("Redis cannot be reached.", await ProblemAsync(() => Task.FromCanceled<bool>(new CancellationToken(canceled: true))));
        Assert.Null(await ProblemAsync(() => Task.FromResult(true)));

        static async Task<string?> ProblemAsync(Func<Task<bool>> write)
        {
            await using var services = new ServiceCollection().AddSingleton(ScriptedRedis.Create(write)).BuildServiceProvider();
            return await RedisProbe.FindProblemAsync(services, Cancel);
        }
    }

    [Fact]
    public async Task The_log_tells_why_there_is_no_connection()
    {
        var options = ConfigurationOptions.Parse($"127.0.0.1:{SilentServer.ClosedPort()},abortConnect=false,connectTimeout=500");
        options.BacklogPolicy = BacklogPolicy.FailFast;
        await using var redis = await ConnectionMultiplexer.ConnectAsync(options);
        using var gate = new RedisGate(redis, _clock, _log);

        Assert.Null(await gate.TryAsync<object>(async database => await database.StringGetAsync("key"), Cancel));
        Assert.IsType<RedisConnectionException>(_log.Reason);
    }

    [Theory]
    [MemberData(nameof(Failures))]
    public void Whatever_a_note_fails_with_the_request_goes_on(Exception failure)
    {
        using var gate = Gate(() => Task.FromResult(true));
        gate.Send(_ => throw failure);
        Assert.False(gate.IsOpen);
    }

    public static TheoryData<Exception> Failures => [Broken(), new RedisCommandException("Command cannot be issued to a replica: SETEX"), new RedisTimeoutException("No answer", CommandStatus.Unknown)];

    private static Task<object> Fails(IDatabase database) => throw Broken();

    private static RedisConnectionException Broken() => new(ConnectionFailureType.SocketClosed, "Gone");

    private static RedisServerException Full() => new("OOM command not allowed when used memory > 'maxmemory'.");

    private RedisGate Gate(Func<Task<bool>> write) => new(ScriptedRedis.Create(write), _clock, _log);

    private Task UntilAsync(Func<bool> condition) => Eventually.TrueAsync(
        () =>
        {
            _clock.Advance(TimeSpan.FromMilliseconds(10));
            return condition();
        },
        Cancel);

    private sealed class Log : ILogger<RedisGate>
    {
        internal ConcurrentQueue<LogLevel> Events { get; } = new();

        /// <summary>Of the last warning.</summary>
        internal Exception? Reason { get; private set; }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        void ILogger.Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            Events.Enqueue(logLevel);
            Reason = logLevel == LogLevel.Warning ? exception : Reason;
        }
    }
}
