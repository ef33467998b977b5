using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using TaskAspire.Tests.Fixtures;

namespace TaskAspire.Tests.Dispatcher;

public class DueTimesTests(BackingServices backing)
{
    private const string Delivered = "SELECT count(*) FROM webhook_deliveries WHERE state = 1";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Many_reminders_each_fire_once_with_two_dispatchers_racing()
    {
        const int Count = 1000;
        await using var database = await DispatcherDatabase.CreateAsync(backing, Token);
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var first = await DispatcherHost.StartAsync(database.ConnectionString, null, ("Webhooks:ReminderBatchSize", "40"));
        await using var second = await DispatcherHost.StartAsync(database.ConnectionString, null, ("Webhooks:ReminderBatchSize", "40"));
        var user = await database.AddUserAsync();
        await database.AddEndpointAsync(user, receiver.Url(), "task.reminder");
        var due = DateTimeOffset.UtcNow.AddSeconds(1);
        await database.AddRemindersAsync(user, Count, due);
        await database.CountAsync(Count, Delivered);

        Assert.Equal(Count, receiver.Received.Count);
        Assert.Equal(Count, receiver.Received.Select(TaskOf).Distinct().Count());
        Assert.All(receiver.Received, webhook => Assert.True(webhook.At >= due));
        Assert.Equal(0L, await database.ScalarAsync<long>("SELECT count(*) FROM task_reminders WHERE fire_at IS NOT NULL OR fired_at IS NULL"));
    }

    [Fact]
    public async Task A_reminder_set_a_moment_ahead_arrives_at_its_time()
    {
        await using var database = await DispatcherDatabase.CreateAsync(backing, Token);
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var dispatcher = await DispatcherHost.StartAsync(database.ConnectionString);
        var user = await database.AddUserAsync();
        await database.AddEndpointAsync(user, receiver.Url(), "task.reminder");
        // The first delivery pays for start-up (key ring, first connection); what is measured is the second.
        await database.AddRemindersAsync(user, 1, DateTimeOffset.UtcNow);
        await database.CountAsync(1, Delivered);
        var due = DateTimeOffset.UtcNow.AddMilliseconds(700);
        await database.AddRemindersAsync(user, 1, due);
        await database.CountAsync(2, Delivered);
        Assert.InRange((receiver.Received.Last().At - due).TotalSeconds, 0, 1);
    }

    [Fact]
    public async Task Closed_and_deleted_tasks_are_let_pass()
    {
        await using var database = await DispatcherDatabase.CreateAsync(backing, Token);
        await using var dispatcher = await DispatcherHost.StartAsync(database.ConnectionString);
        var user = await database.AddUserAsync();
        await database.AddRemindersAsync(user, 3, DateTimeOffset.UtcNow, status: "done");
        await database.AddRemindersAsync(user, 3, DateTimeOffset.UtcNow, deleted: true);
        await database.CountAsync(0, "SELECT count(*) FROM task_reminders WHERE fire_at IS NOT NULL");
        Assert.Equal(0L, await database.ScalarAsync<long>("SELECT count(*) FROM webhook_events"));
    }

    [Fact]
    public async Task An_overdue_task_is_told_of_once()
    {
        await using var database = await DispatcherDatabase.CreateAsync(backing, Token);
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var dispatcher = await DispatcherHost.StartAsync(database.ConnectionString);
        var user = await database.AddUserAsync();
        await database.AddEndpointAsync(user, receiver.Url(), "task.overdue");
        await database.AddRemindersAsync(user, 5, DateTimeOffset.UtcNow.AddHours(1));
        await database.ExecuteAsync("UPDATE tasks SET overdue_at = now(), due_date = now()");
        await database.CountAsync(5, Delivered);
        Assert.Equal(5, receiver.Received.Select(TaskOf).Distinct().Count());
        Assert.Equal(0L, await database.ScalarAsync<long>("SELECT count(*) FROM tasks WHERE overdue_at IS NOT NULL OR version <> 1"));
    }

    [Theory]
    [InlineData("task.reminder", "fire_at", "task_reminders", 2)]
    [InlineData("task.overdue", "overdue_at", "tasks", 1)]
    public async Task What_was_set_for_a_time_that_had_passed_is_not_late(string type, string column, string table, int measurements)
    {
        await using var database = await DispatcherDatabase.CreateAsync(backing, Token);
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var dispatcher = await DispatcherHost.StartAsync(database.ConnectionString);
        using var measured = new Measurements(dispatcher, "webhook_delivery_lag", "reminder_lateness");
        var user = await database.AddUserAsync();
        await database.AddEndpointAsync(user, receiver.Url(), type);
        var passed = DateTimeOffset.UtcNow.AddMinutes(-30);
        await database.AddRemindersAsync(user, 1, DateTimeOffset.UtcNow.AddHours(1));
        await database.ExecuteAsync($"UPDATE {table} SET {column} = @passed", ("passed", passed.UtcDateTime));
        await database.CountAsync(1, Delivered);

        await Eventually.TrueAsync(() => measured.Values.Count == measurements, Token);
        Assert.All(measured.Values, seconds => Assert.InRange(seconds, 0, 60));
        // What receivers are told is the time that was set, all the same.
        using var body = JsonDocument.Parse(receiver.Received.Single().Body);
        Assert.Equal(passed, body.RootElement.GetProperty("timestamp").GetDateTimeOffset(), TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task A_reminder_that_was_set_in_time_is_as_late_as_it_fires()
    {
        await using var database = await DispatcherDatabase.CreateAsync(backing, Token);
        await using var receiver = await WebhookReceiver.StartAsync();
        var user = await database.AddUserAsync();
        await database.AddEndpointAsync(user, receiver.Url(), "task.reminder");
        await database.AddRemindersAsync(user, 1, DateTimeOffset.UtcNow.AddHours(1));
        await database.ExecuteAsync("UPDATE tasks SET updated_at = now() - interval '1 hour'");
        await using var dispatcher = await DispatcherHost.StartAsync(database.ConnectionString);
        using var measured = new Measurements(dispatcher, "webhook_delivery_lag", "reminder_lateness");
        await database.ExecuteAsync("UPDATE task_reminders SET fire_at = now() - interval '30 minutes'");
        await database.CountAsync(1, Delivered);

        await Eventually.TrueAsync(() => measured.Values.Count == 2, Token);
        Assert.All(measured.Values, seconds => Assert.InRange(seconds, 1800, 1900));
    }

    [Fact]
    public async Task A_database_without_its_schema_is_waited_for()
    {
        var connectionString = await backing.CreateDatabaseAsync(Token);
        await using var dispatcher = await DispatcherHost.StartAsync(connectionString);
        using (var early = await dispatcher.Client.GetAsync(new Uri("/health", UriKind.Relative), Token))
        {
            Assert.Equal(System.Net.HttpStatusCode.ServiceUnavailable, early.StatusCode);
        }

        await using var database = DispatcherDatabase.Of(connectionString);
        await database.MigrateAsync(Token);
        await using var receiver = await WebhookReceiver.StartAsync();
        var user = await database.AddUserAsync();
        await database.AddEndpointAsync(user, receiver.Url());
        await database.AddEventsAsync(user, 1);
        await database.CountAsync(1, Delivered);
        await Eventually.TrueAsync(
            async () =>
            {
                using var health = await dispatcher.Client.GetAsync(new Uri("/health", UriKind.Relative), Token);
                return health.IsSuccessStatusCode;
            },
            Token);
    }

    private static string TaskOf(ReceivedWebhook webhook)
    {
        using var json = JsonDocument.Parse(webhook.Body);
        return json.RootElement.GetProperty("data").GetProperty("taskId").GetString()!;
    }

    /// <summary>What one dispatcher records in some of its histograms.</summary>
    private sealed class Measurements : IDisposable
    {
        private readonly MeterListener _listener = new();

        public Measurements(DispatcherHost dispatcher, params string[] names)
        {
            var meters = dispatcher.Services.GetRequiredService<IMeterFactory>();
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (ReferenceEquals(instrument.Meter.Scope, meters) && names.Contains(instrument.Name))
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            };
            _listener.SetMeasurementEventCallback<double>((_, value, _, _) => Values.Enqueue(value));
            _listener.Start();
        }

        public ConcurrentQueue<double> Values { get; } = new();

        public void Dispose() => _listener.Dispose();
    }
}
