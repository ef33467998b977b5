using System.Collections.Concurrent;
using System.Data.Common;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.TestHost;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using TaskAspire.Data;
using TaskAspire.Tests.Api;
using TaskAspire.Tests.Fixtures;

namespace TaskAspire.Tests.Portability;

public sealed class BrokenExportTests(BackingServices services)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_export_that_the_database_breaks_off_is_not_taken_for_the_whole_and_is_told_as_a_failure()
    {
        await using var redis = await services.RentRedisAsync(Cancel);
        await using var api = new BreakingApi(await services.CreateTaskDatabaseAsync(Cancel), redis.ConnectionString);
        var user = await api.CreateUserAsync(Cancel);
        await user.CreateTaskAsync("One");

        await Assert.ThrowsAsync<HttpRequestException>(() => user.Http.GetStringAsync("/api/v1/export", Cancel));

        await Eventually.TrueAsync(() => api.Errors.Any(line => line.Contains("/api/v1/export", StringComparison.Ordinal) && line.Contains("-> 500", StringComparison.Ordinal)), Cancel);
        Assert.Contains(api.Errors, line => line.Contains("in the middle of an export", StringComparison.Ordinal) && line.Contains("The connection broke.", StringComparison.Ordinal));
    }

    /// <summary>One whose database goes between the first page of an export, which is sent, and the second.</summary>
    private sealed class BreakingApi(string database, string redis) : ApiHost(database, redis)
    {
        private readonly ErrorLog _log = new();

        public IEnumerable<string> Errors => _log.Lines;

        protected override void ConfigureWebHost(IWebHostBuilder builder)
        {
            base.ConfigureWebHost(builder);
            builder.ConfigureTestServices(services => services
                .AddSingleton<ILoggerProvider>(_log)
                .ConfigureDbContext<TaskDbContext>((_, options) => options.AddInterceptors(new SecondPage())));
        }
    }

    private sealed class SecondPage : DbCommandInterceptor
    {
        private int _pages;

        public override ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(
            DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result, CancellationToken cancellationToken = default) =>
            command.CommandText.Contains("ORDER BY t.deleted_at, t.id", StringComparison.Ordinal) && Interlocked.Increment(ref _pages) == 2
                ? throw new NpgsqlException("The connection broke.", new IOException())
                : ValueTask.FromResult(result);
    }

    private sealed class ErrorLog : ILoggerProvider, ILogger
    {
        public ConcurrentQueue<string> Lines { get; } = new();

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (logLevel >= LogLevel.Error)
            {
                Lines.Enqueue($"{formatter(state, exception)} {exception}");
            }
        }

        public void Dispose()
        {
        }
    }
}
