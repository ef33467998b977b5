using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using TaskAspire.Data;
using TaskAspire.Tests.Fixtures;
using TaskAspire.Tests.Telemetry;
using TaskAspire.WebhookDispatcher.Hosting;

namespace TaskAspire.Tests.Dispatcher;

/// <summary>What an operator reads in the dispatcher's log.</summary>
public class DispatcherLogTests(BackingServices backing)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_failed_attempt_is_logged_in_the_trace_of_the_request_that_caused_it()
    {
        await using var database = await DispatcherDatabase.CreateAsync(backing, Token);
        await using var receiver = await WebhookReceiver.StartAsync();
        receiver.Answer = (context, _) =>
        {
            context.Response.StatusCode = 500;
            return Task.CompletedTask;
        };
        using var log = new RecordedLog();
        await using var dispatcher = await DispatcherHost.StartAsync(
            database.ConnectionString,
            services => services.AddSingleton<ILoggerProvider>(log),
            ("Logging:LogLevel:TaskAspire.WebhookDispatcher.Deliveries", "Information"),
            ("Webhooks:RetrySchedule:0", "00:00:00.01"),
            ("Webhooks:RetrySchedule:1", "00:00:00.01"));
        var user = await database.AddUserAsync();
        await database.AddEndpointAsync(user, receiver.Url());
        await database.AddEventsAsync(user, 1, traceParent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");

        await Eventually.TrueAsync(() => log.Events.Any(entry => entry.Message.EndsWith("it was the last", StringComparison.Ordinal)), Token);

        var attempts = log.Events.Where(entry => entry.Message.StartsWith("Attempt ", StringComparison.Ordinal)).ToList();
        Assert.Equal(3, attempts.Count);
        Assert.All(attempts, attempt => Assert.Equal("0af7651916cd43dd8448eb211c80319c", attempt.Trace));
        Assert.All(attempts.SkipLast(1), attempt => Assert.Contains("; next in 00:00:00.", attempt.Message, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Why_the_database_cannot_be_asked_is_said_once()
    {
        await using var source = NpgsqlDataSource.Create(await backing.CreateDatabaseAsync(Token) + ";SSL Mode=Require");
        using var log = new RecordedLog();
        using var loggers = LoggerFactory.Create(logging => logging.AddProvider(log));
        var gate = new SchemaGate(new SchemaHistory(source), TimeProvider.System, loggers.CreateLogger<SchemaGate>());
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);

        var waits = Enumerable.Range(0, 3).Select(_ => gate.WaitAsync(stop.Token)).ToList();
        await Eventually.TrueAsync(() => log.Events.Any(entry => entry.Level == LogLevel.Information), Token);
        await stop.CancelAsync();
        await Task.WhenAll(waits).ContinueWith(_ => { }, Token, TaskContinuationOptions.None, TaskScheduler.Default);

        var warning = Assert.Single(log.Events, entry => entry.Level == LogLevel.Warning);
        Assert.Contains("SSL", warning.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_long_outage_is_said_once_a_minute_and_when_it_is_over()
    {
        await using var source = NpgsqlDataSource.Create(await backing.CreateTaskDatabaseAsync(Token));
        using var log = new RecordedLog();
        using var loggers = LoggerFactory.Create(logging => logging.AddProvider(log).SetMinimumLevel(LogLevel.Debug));
        var clock = new FakeTimeProvider();
        using var loop = new FailingLoop(new SchemaGate(new SchemaHistory(source), TimeProvider.System, loggers.CreateLogger<SchemaGate>()), clock, loggers.CreateLogger<FailingLoop>());
        var began = clock.GetUtcNow();
        await loop.StartAsync(Token);

        await PassAsync(() => loop.Runs >= 60);
        var minutes = (clock.GetUtcNow() - began).TotalMinutes;

        Assert.Equal(1, BackgroundWork.Failing(nameof(FailingLoop)));
        Assert.InRange(log.Events.Count(entry => entry.Level == LogLevel.Warning), 2, minutes + 1);
        loop.Fails = false;
        await PassAsync(() => log.Events.Any(entry => entry is { Level: LogLevel.Information, Message: "FailingLoop goes on" }));
        Assert.Equal(0, BackgroundWork.Failing(nameof(FailingLoop)));
        await loop.StopAsync(Token);

        Task PassAsync(Func<bool> condition) => Eventually.TrueAsync(
            () =>
            {
                clock.Advance(TimeSpan.FromSeconds(5));
                return condition();
            },
            Token);
    }

    private sealed class FailingLoop(SchemaGate schema, TimeProvider time, ILogger logger) : PersistentLoop(schema, time, logger)
    {
        private volatile bool _fails = true;
        private volatile int _runs;

        public bool Fails
        {
            set => _fails = value;
        }

        public int Runs => _runs;

        protected override Task RunAsync(CancellationToken cancellationToken)
        {
            _runs++;
            if (_fails)
            {
                throw new TimeoutException("The database is away.");
            }

            Succeeded();
            return Task.Delay(Timeout.InfiniteTimeSpan, Time, cancellationToken);
        }
    }

    private sealed class RecordedLog : ILoggerProvider, ILogger
    {
        public ConcurrentQueue<(LogLevel Level, string Message, string? Trace)> Events { get; } = new();

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Events.Enqueue((logLevel, formatter(state, exception), Activity.Current?.TraceId.ToString()));

        public void Dispose()
        {
            // Nothing is held.
        }
    }
}
