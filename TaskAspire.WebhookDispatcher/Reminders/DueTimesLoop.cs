using Microsoft.Extensions.Options;
using Npgsql;
using TaskAspire.WebhookDispatcher.Configuration;
using TaskAspire.WebhookDispatcher.Hosting;
using TaskAspire.WebhookDispatcher.Wakeups;

namespace TaskAspire.WebhookDispatcher.Reminders;

/// <summary>
/// Fires reminders and notices overdue tasks when their time comes. What is due is for the database's clock to say, so dispatchers whose
/// clocks differ agree.
/// </summary>
internal sealed class DueTimesLoop(
    NpgsqlDataSource database,
    DueReminders reminders,
    OverdueTasks overdueTasks,
    DueTimesSignal signal,
    IOptions<DispatcherOptions> options,
    SchemaGate schema,
    TimeProvider time,
    ILogger<DueTimesLoop> logger) : PersistentLoop(schema, time, logger)
{
    // Rows that are due and still there are held by another dispatcher, which fires them; should it die, they are found again soon.
    private const string NextTime = """
        SELECT extract(epoch FROM least(
            (SELECT fire_at FROM task_reminders WHERE fire_at IS NOT NULL ORDER BY fire_at LIMIT 1),
            (SELECT overdue_at FROM tasks WHERE overdue_at IS NOT NULL ORDER BY overdue_at LIMIT 1)) - clock_timestamp())::float8
        """;

    private static readonly TimeSpan MinWait = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan WaitForOther = TimeSpan.FromMilliseconds(100);

    protected override async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var batch = options.Value.ReminderBatchSize;
            var fired = await reminders.FireAsync(batch, cancellationToken);
            var noticed = await overdueTasks.NoticeAsync(batch, cancellationToken);
            Succeeded();
            if (fired == batch || noticed == batch)
            {
                continue;
            }

            await signal.Wake.WaitAsync(await UntilNextAsync(cancellationToken), Time, cancellationToken);
        }
    }

    private async Task<TimeSpan> UntilNextAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(NextTime);
        if (await command.ExecuteScalarAsync(cancellationToken) is not double seconds || seconds >= options.Value.SweepInterval.TotalSeconds)
        {
            return options.Value.SweepInterval;
        }

        return seconds <= 0 ? (seconds < -WaitForOther.TotalSeconds ? WaitForOther : MinWait) : TimeSpan.FromSeconds(seconds) + MinWait;
    }
}
