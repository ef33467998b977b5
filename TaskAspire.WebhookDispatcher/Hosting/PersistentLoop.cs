using Npgsql;
using TaskAspire.ServiceDefaults.Telemetry;

namespace TaskAspire.WebhookDispatcher.Hosting;

/// <summary>
/// Work that never ends by itself. What goes wrong is logged and shown as <c>background_work_failing</c>, and the work begun again after a wait that grows: a
/// database that is away, or not set up yet, neither ends the process nor makes it spin.
/// </summary>
internal abstract class PersistentLoop(SchemaGate schema, TimeProvider time, ILogger logger) : BackgroundService
{
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan MaxDelay = TimeSpan.FromSeconds(5);

    // An outage has every loop fail every few seconds for as long as it takes: the same once more would say nothing more.
    private static readonly TimeSpan ReportInterval = TimeSpan.FromMinutes(1);

    private int _failures;
    private string? _reported;
    private long _reportedAt;

    protected TimeProvider Time { get; } = time;

    protected ILogger Logger { get; } = logger;

    /// <summary>The work, until it is cancelled.</summary>
    protected abstract Task RunAsync(CancellationToken cancellationToken);

    /// <summary>Call it when the work has gone well: the next failure then counts as the first.</summary>
    protected void Succeeded()
    {
        if (_failures == 0)
        {
            return;
        }

        _failures = 0;
        BackgroundWorkMetrics.Succeeded(Work);
        if (_reported is not null)
        {
            _reported = null;
            Logger.LogInformation("{Work} goes on", Work);
        }
    }

    private string Work => GetType().Name;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Gives the host back its thread: the first part of the work must not hold up the start.
        await Task.Yield();
        BackgroundWorkMetrics.Began(Work);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await schema.WaitAsync(stoppingToken);
                await RunAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure)
            {
                var delay = NextDelay();
                Report(failure, delay);
                await Task.Delay(delay, Time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private TimeSpan NextDelay()
    {
        var delay = FirstDelay * Math.Pow(2, Math.Min(_failures++, 10));
        return delay < MaxDelay ? delay : MaxDelay;
    }

    private void Report(Exception failure, TimeSpan delay)
    {
        if (failure is PostgresException { SqlState: PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure })
        {
            Logger.LogDebug(failure, "{Work} gave way to another transaction; again in {Delay}", Work, delay);
            return;
        }

        BackgroundWorkMetrics.Failed(Work);
        if (_reported == failure.Message && Time.GetElapsedTime(_reportedAt) < ReportInterval)
        {
            Logger.LogDebug("{Work} still fails ({Reason}); next try in {Delay}", Work, failure.Message, delay);
            return;
        }

        (_reported, _reportedAt) = (failure.Message, Time.GetTimestamp());
        if (failure is NpgsqlException or TimeoutException)
        {
            Logger.LogWarning("{Work} cannot use the database ({Reason}); next try in {Delay}", Work, failure.Message, delay);
        }
        else
        {
            Logger.LogError(failure, "{Work} failed; next try in {Delay}", Work, delay);
        }
    }
}
