using System.Collections.Concurrent;
using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using TaskAspire.Data.Webhooks;
using TaskAspire.Tests.Chaos;
using TaskAspire.Tests.Dispatcher;

namespace TaskAspire.Bench.Claims;

/// <summary><c>lateness</c>: from a reminder's time to its arrival at the receiver, with very many more that wait.</summary>
internal static class LatenessCommand
{
    private const int Endpoints = 20;
    private static readonly TimeSpan Wanted = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(5);

    public static Command Create()
    {
        var future = new Option<int>("--future") { Description = "Reminders that wait for later.", DefaultValueFactory = _ => 1_000_000 };
        var rate = new Option<int>("--rate") { Description = "Reminders that come due per second.", DefaultValueFactory = _ => 500 };
        var seconds = new Option<int>("--seconds") { Description = "For how long.", DefaultValueFactory = _ => 60 };
        var command = new Command("lateness", "How late reminders arrive at a steady rate, with very many more that wait.") { future, rate, seconds };
        command.SetAction((result, token) => RunAsync(result.GetValue(future), result.GetValue(rate), TimeSpan.FromSeconds(result.GetValue(seconds)), token));
        return command;
    }

    private static async Task<int> RunAsync(int future, int rate, TimeSpan length, CancellationToken cancellationToken)
    {
        await using var receiver = await BenchReceiver.StartAsync(cancellationToken);
        await using var laboratory = await Laboratory.OpenAsync(cancellationToken);
        var users = await laboratory.AddEndpointsAsync(Endpoints, _ => receiver.Url, WebhookEventTypes.TaskReminder);
        await FutureReminders.AddAsync(laboratory, users, future, ofEachTask: 100, cancellationToken);
        var total = (int)((length + WarmUp).TotalSeconds * rate);
        var lateness = new ConcurrentQueue<(DateTimeOffset At, TimeSpan Late)>();
        receiver.Received = body =>
        {
            var at = TimeOf(body.Span);
            lateness.Enqueue((at, DateTimeOffset.UtcNow - at));
        };
        using var dispatcher = DispatcherProcess.Start(laboratory.ConnectionString);
        // Far enough ahead that all are written by then.
        var begin = DateTimeOffset.UtcNow.AddSeconds(10 + (total / 2000.0));
        await AddDueAsync(laboratory, users, total, rate, begin, cancellationToken);
        await laboratory.ExecuteAsync("VACUUM ANALYZE tasks, task_reminders", cancellationToken);
        if (DateTimeOffset.UtcNow > begin)
        {
            throw new InvalidOperationException("Reminders came due before all were written; ask for fewer.");
        }

        while (lateness.Count < total)
        {
            await Task.Delay(100, cancellationToken);
        }

        var late = Lag.Of(lateness.Where(reminder => reminder.At >= begin + WarmUp).Select(reminder => reminder.Late));
        Laboratory.Say($"{Laboratory.Number(total)} reminders at {rate}/s, {Laboratory.Number(future)} more that wait: {late}");
        return Laboratory.Claim(late.P99 < Wanted, string.Create(CultureInfo.InvariantCulture, $"99 of 100 reminders arrive less than {Wanted.TotalMilliseconds} ms late")) ? 0 : 1;
    }

    private static Task AddDueAsync(Laboratory laboratory, Guid[] users, int count, int rate, DateTimeOffset begin, CancellationToken cancellationToken) => laboratory.ExecuteAsync(
        """
        WITH new_tasks AS (
            INSERT INTO tasks (id, user_id, title, status, priority, created_at, updated_at, version)
            SELECT uuid_v7(), (@users)[1 + n % cardinality(@users)], 'Task ' || n, 'todo', 0, now(), now(), 1 FROM generate_series(1, @count) n
            RETURNING id, user_id)
        INSERT INTO task_reminders (id, task_id, user_id, at, fire_at)
        SELECT uuid_v7(), id, user_id, due, due FROM (SELECT id, user_id, @begin + (row_number() OVER ()) * interval '1 second' / @rate AS due FROM new_tasks) t
        """,
        cancellationToken,
        ("users", users), ("count", count), ("rate", rate), ("begin", begin.UtcDateTime));

    private static DateTimeOffset TimeOf(ReadOnlySpan<byte> body)
    {
        var json = new Utf8JsonReader(body);
        while (json.Read())
        {
            if (json.TokenType == JsonTokenType.PropertyName && json.ValueTextEquals("timestamp"))
            {
                json.Read();
                return json.GetDateTimeOffset();
            }
        }

        throw new InvalidOperationException("The body has no timestamp.");
    }
}
