using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using StackExchange.Redis;
using TaskAspire.Data;
using TaskAspire.ServiceDefaults;
using TaskAspire.Tests.Fixtures;

namespace TaskAspire.Tests.ServiceDefaults;

/// <summary>The defaults on a real PostgreSQL and Redis, joined as the services are.</summary>
public sealed class BackingServiceTests(BackingServices backing)
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Database_is_ready_when_its_migrations_are_applied()
    {
        await using var service = await StartAsync(await backing.CreateDatabaseAsync(Cancel));
        var before = await (await service.Client.GetAsync("/health", Cancel)).Content.ReadAsStringAsync(Cancel);
        Assert.Contains("Migrations are pending.", before, StringComparison.Ordinal);
        await MigrateAsync(service);
        var after = await service.Client.GetStringAsync("/health", Cancel);
        Assert.Contains("\"status\":\"healthy\"", after, StringComparison.Ordinal);
    }

    [Fact]
    public async Task EF_and_plain_SQL_share_one_pool_and_are_both_measured()
    {
        await using var service = await StartAsync(await backing.CreateDatabaseAsync(Cancel));
        await MigrateAsync(service);
        var source = service.Services.GetRequiredService<NpgsqlDataSource>();
        await using (var scope = service.Services.CreateAsyncScope())
        {
            var database = scope.ServiceProvider.GetRequiredService<TaskDbContext>();
            Assert.Equal(0, await database.Categories.CountAsync(Cancel));
            Assert.Equal(source.ConnectionString, database.Database.GetDbConnection().ConnectionString);
            Assert.True(database.Database.CreateExecutionStrategy().RetriesOnFailure);
        }

        await using var command = source.CreateCommand("WITH due AS (SELECT id FROM tags FOR UPDATE SKIP LOCKED) UPDATE tags SET id = tags.id FROM due");
        await command.ExecuteNonQueryAsync(Cancel);

        var metrics = await service.Client.GetStringAsync("/metrics", Cancel);
        Assert.Contains("""database_query_duration_seconds_count{query_type="select",table="categories"}""", metrics, StringComparison.Ordinal);
        Assert.Contains("""database_query_duration_seconds_count{query_type="update",table="tags"}""", metrics, StringComparison.Ordinal);
        foreach (var boundary in new[] { "0.01", "0.05", "0.1", "0.2", "0.5", "1", "2", "5" })
        {
            Assert.Contains($$"""database_query_duration_seconds_bucket{query_type="update",table="tags",le="{{boundary}}"}""", metrics, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_quiet_connection_to_the_database_is_kept_alive()
    {
        await using var service = await StartAsync(await backing.CreateDatabaseAsync(Cancel));
        foreach (var source in new[] { service.Services.GetRequiredService<NpgsqlDataSource>(), service.Services.GetRequiredKeyedService<NpgsqlDataSource>(TaskDatabase.UnpooledKey) })
        {
            var settings = new NpgsqlConnectionStringBuilder(source.ConnectionString);
            Assert.Equal((true, 60, 10), (settings.TcpKeepAlive, settings.TcpKeepAliveTime, settings.TcpKeepAliveInterval));
            await using var connection = await source.OpenConnectionAsync(Cancel);
            await using var command = new NpgsqlCommand("SELECT inet_client_port()", connection);
            if (await command.ExecuteScalarAsync(Cancel) is int port && OperatingSystem.IsLinux())
            {
                // Of an idle connection the system tells which timer runs: 02 is that of the next keepalive (proc(5), tcp).
                await Eventually.TrueAsync(
                    () => File.ReadLines("/proc/net/tcp").Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
                        .Any(line => line[1].EndsWith(string.Create(CultureInfo.InvariantCulture, $":{port:X4}"), StringComparison.Ordinal) && line[5].StartsWith("02:", StringComparison.Ordinal)),
                    Cancel);
            }
        }
    }

    [Theory]
    [InlineData("Host=db;Database=tasks;Tcp Keepalive=false;Tcp Keepalive Time=0")]
    // A Unix domain socket refuses it.
    [InlineData("Host=/run/postgresql;Database=tasks")]
    [InlineData("Host=db, /run/postgresql;Database=tasks")]
    [InlineData("Host=@postgresql;Database=tasks")]
    public void Keepalive_is_for_networks_and_what_the_connection_string_says_wins(string connectionString)
    {
        var settings = new NpgsqlConnectionStringBuilder(TaskDatabase.WithDefaults(connectionString, requireTls: false));
        Assert.Equal((false, 0, 0), (settings.TcpKeepAlive, settings.TcpKeepAliveTime, settings.TcpKeepAliveInterval));
    }

    [Fact]
    public async Task Redis_commands_are_part_of_the_trace()
    {
        using var activity = new Activity("test") { ActivityTraceFlags = ActivityTraceFlags.Recorded };
        var spans = new ConcurrentBag<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "OpenTelemetry.Instrumentation.StackExchangeRedis",
            Sample = (ref _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = span =>
            {
                if (span.TraceId == activity.TraceId)
                {
                    spans.Add(span);
                }
            },
        };
        ActivitySource.AddActivityListener(listener);
        await using var lease = await backing.RentRedisAsync(Cancel);
        await using (var service = await TestService.StartAsync(
            builder => builder.AddRedis(), settings: [("ConnectionStrings:cache", lease.ConnectionString)]))
        {
            var redis = service.Services.GetRequiredService<IConnectionMultiplexer>();
            activity.Start();
            await redis.GetDatabase().StringSetAsync("a person's key", "value");
            activity.Stop();
        }

        var span = Assert.Single(spans, span => span.OperationName.Contains("SET", StringComparison.Ordinal));
        Assert.Equal(activity.SpanId, span.ParentSpanId);
        Assert.DoesNotContain(span.TagObjects, tag => tag.Value?.ToString()?.Contains("a person's key", StringComparison.Ordinal) is true);
    }

    private static Task<TestService> StartAsync(string connectionString) => TestService.StartAsync(
        builder =>
        {
            builder.AddNpgsqlDbContext<TaskDbContext>(
                TaskDatabase.ConnectionName,
                settings => (settings.DisableHealthChecks, settings.DisableRetry) = (true, true),
                TaskDatabase.Configure);
            builder.Services.AddTaskDatabase();
            builder.AddDatabaseHealthCheck((services, token) => services.GetRequiredService<SchemaHistory>().IsUpToDateAsync(token));
        },
        settings: ("ConnectionStrings:taskdb", connectionString));

    private static async Task MigrateAsync(TestService service)
    {
        await service.Services.GetRequiredService<DatabaseMigrator>().MigrateAsync(Cancel);
    }
}
