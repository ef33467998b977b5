using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using TaskAspire.Tests.Fixtures;
using TaskAspire.Tests.Webhooks;

namespace TaskAspire.Tests.Dispatcher;

/// <summary>Each reminder fires once, in its turn, whatever happens to the dispatchers, their clocks and the tasks.</summary>
public class ReminderGuaranteeTests(BackingServices backing)
{
    private const string Fired = "SELECT count(*) FROM webhook_events WHERE type = 'task.reminder'";
    private const string Tasks = "SELECT count(DISTINCT convert_from(payload, 'UTF8')::jsonb #>> '{data,taskId}') FROM webhook_events WHERE type = 'task.reminder'";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Killed_at_any_moment_each_fires_once()
    {
        const int Count = 3000;
        await using var database = await DispatcherDatabase.CreateAsync(backing, Token);
        var user = await database.AddUserAsync();
        await database.AddRemindersAsync(user, Count, DateTimeOffset.UtcNow);
        for (var kill = 1; kill <= 3; kill++)
        {
            using var victim = DispatcherProcess.Start(database.ConnectionString, ("Webhooks:ReminderBatchSize", "5"));
            var before = await database.ScalarAsync<long>(Fired);
            await Eventually.TrueAsync(async () => await database.ScalarAsync<long>(Fired) > before + 50, Token, TimeSpan.FromSeconds(60));
            victim.Kill();
        }

        Assert.InRange(await database.ScalarAsync<long>(Fired), 1, Count - 1);
        await using var survivor = await DispatcherHost.StartAsync(database.ConnectionString);
        await database.CountAsync(0, "SELECT count(*) FROM task_reminders WHERE fire_at IS NOT NULL", TimeSpan.FromSeconds(60));
        Assert.Equal((Count, Count), (await database.ScalarAsync<long>(Fired), await database.ScalarAsync<long>(Tasks)));
    }

    [Fact]
    public async Task Dispatchers_whose_clocks_differ_by_seconds_fire_each_once_and_none_early()
    {
        const int Count = 500;
        await using var database = await DispatcherDatabase.CreateAsync(backing, Token);
        await using var early = await DispatcherHost.StartAsync(database.ConnectionString, WithClockOff(TimeSpan.FromSeconds(7)), ("Webhooks:ReminderBatchSize", "20"));
        await using var late = await DispatcherHost.StartAsync(database.ConnectionString, WithClockOff(TimeSpan.FromSeconds(-7)), ("Webhooks:ReminderBatchSize", "20"));
        var user = await database.AddUserAsync();
        await database.AddRemindersAsync(user, Count, DateTimeOffset.UtcNow.AddSeconds(1));
        await database.CountAsync(0, "SELECT count(*) FROM task_reminders WHERE fire_at IS NOT NULL");

        Assert.Equal((Count, Count), (await database.ScalarAsync<long>(Fired), await database.ScalarAsync<long>(Tasks)));
        Assert.Equal(0L, await database.ScalarAsync<long>("SELECT count(*) FROM webhook_events WHERE occurred_at < (SELECT min(at) FROM task_reminders)"));
        Assert.InRange(await database.ScalarAsync<double>("SELECT extract(epoch FROM max(fired_at - at))::float8 FROM task_reminders"), 0, 5);

        static Action<IServiceCollection> WithClockOff(TimeSpan offset) => services => services.AddSingleton<TimeProvider>(new ShiftedClock(offset));
    }

    [Fact]
    public async Task A_hundred_thousand_that_are_due_at_once_fire_in_the_order_of_their_times()
    {
        const int Count = 100_000;
        await using var database = await DispatcherDatabase.CreateAsync(backing, Token);
        var user = await database.AddUserAsync();
        await database.ExecuteAsync(
            """
            WITH tasks AS (
                INSERT INTO tasks (id, user_id, title, status, priority, due_date, created_at, updated_at, version)
                SELECT gen_random_uuid(), @user, 'Task ' || n, 'todo', 0, now() - n * interval '1 ms', now(), now(), 1 FROM generate_series(1, @count) n
                RETURNING id, due_date)
            INSERT INTO task_reminders (id, task_id, user_id, at, fire_at) SELECT gen_random_uuid(), id, @user, due_date, due_date FROM tasks
            """,
            ("user", user), ("count", Count));
        await using var dispatcher = await DispatcherHost.StartAsync(database.ConnectionString);
        await database.CountAsync(0, "SELECT count(*) FROM task_reminders WHERE fire_at IS NOT NULL", TimeSpan.FromMinutes(3));

        Assert.Equal((Count, Count), (await database.ScalarAsync<long>(Fired), await database.ScalarAsync<long>(Tasks)));
        Assert.Equal(0L, await database.ScalarAsync<long>(
            """
            SELECT count(*) FROM (
                SELECT fired_at, lag(fired_at) OVER (ORDER BY at, id) AS before FROM task_reminders) r
            WHERE fired_at < before
            """));
    }

    [Fact]
    public async Task What_is_done_to_a_task_as_its_reminder_falls_due_is_heeded()
    {
        const int Count = 60;
        await using var stack = await WebhookStack.CreateAsync(backing);
        await stack.StartDispatcherAsync();
        await stack.StartDispatcherAsync();
        var user = await stack.CreateUserAsync();
        DateTimeOffset due;
        string[] tasks;
        var lead = TimeSpan.FromSeconds(4);
        do
        {
            // The API keeps milliseconds.
            due = DateTimeOffset.FromUnixTimeMilliseconds(DateTimeOffset.UtcNow.Add(lead).ToUnixTimeMilliseconds());
            tasks = await Task.WhenAll(Enumerable.Range(0, Count).Select(async n => (string)(await user.CreateTaskAsync(
                $"t{n}", new JsonObject { ["reminders"] = new JsonArray(new JsonObject { ["at"] = due }) }))["id"]!));
            lead *= 2;
        }
        while (DateTimeOffset.UtcNow > due.AddSeconds(-2));

        // All through the three seconds around the due time: some are answered before it, some after, some at the very moment.
        var later = due.AddSeconds(4);
        var answered = new ConcurrentDictionary<string, DateTimeOffset>();
        await Task.WhenAll(tasks.Select(async (task, n) =>
        {
            await Eventually.TrueAsync(() => DateTimeOffset.UtcNow >= due.AddMilliseconds((n - (Count / 2)) * 50), Token);
            await ((n % 3) switch
            {
                0 => user.DeleteAsync($"tasks/{task}"),
                1 => user.PostAsync($"tasks/{task}/complete", null, HttpStatusCode.OK),
                _ => user.PatchAsync($"tasks/{task}", new JsonObject { ["reminders"] = new JsonArray(new JsonObject { ["at"] = later }) }),
            });
            answered[task] = DateTimeOffset.UtcNow;
        }));
        await stack.Database.CountAsync(0, "SELECT count(*) FROM task_reminders WHERE fire_at IS NOT NULL");

        var closedBefore = 0;
        for (var n = 0; n < Count; n++)
        {
            var fired = await FiredAsync(stack.Database, tasks[n]);
            if (n % 3 == 2)
            {
                // At the new time; and at the old one, if that had come before the change.
                Assert.Contains(fired, at => at >= later);
                Assert.All(fired, at => Assert.True(at >= later || at < answered[tasks[n]], $"fired at {at:O}, moved before {answered[tasks[n]]:O}"));
                Assert.InRange(fired.Count, 1, 2);
            }
            else
            {
                Assert.InRange(fired.Count, 0, 1);
                Assert.All(fired, at => Assert.True(at < answered[tasks[n]], $"fired at {at:O}, closed before {answered[tasks[n]]:O}"));
                closedBefore += fired.Count == 0 ? 1 : 0;
            }
        }

        Assert.InRange(closedBefore, 1, Count);
    }

    private static async Task<List<DateTime>> FiredAsync(DispatcherDatabase database, string task)
    {
        await using var command = database.Sql.CreateCommand(
            "SELECT occurred_at FROM webhook_events WHERE type = 'task.reminder' AND convert_from(payload, 'UTF8')::jsonb #>> '{data,taskId}' = @task");
        command.Parameters.AddWithValue("task", task);
        await using var reader = await command.ExecuteReaderAsync(Token);
        var times = new List<DateTime>();
        while (await reader.ReadAsync(Token))
        {
            times.Add(reader.GetDateTime(0));
        }

        return times;
    }

    private sealed class ShiftedClock(TimeSpan offset) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + offset;
    }
}
