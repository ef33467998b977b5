using Npgsql;
using TaskAspire.Data;
using TaskAspire.Data.Webhooks;

namespace TaskAspire.ApiService.Startup;

/// <summary>
/// Does behind the start, once, what a first request would else wait for: reads the key ring, or makes its first key, for which EF Core builds its model.
/// </summary>
internal sealed class WarmUp(IHostApplicationLifetime lifetime, SchemaHistory history, WebhookSecrets secrets, TimeProvider clock, ILogger<WarmUp> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await StartedAsync(stoppingToken);
        while (!await TryAsync(stoppingToken))
        {
            await Task.Delay(Interval, clock, stoppingToken);
        }
    }

    private async Task StartedAsync(CancellationToken stoppingToken)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = lifetime.ApplicationStarted.Register(started.SetResult);
        await started.Task.WaitAsync(stoppingToken);
    }

    private async Task<bool> TryAsync(CancellationToken stoppingToken)
    {
        try
        {
            if (!await history.IsUpToDateAsync(stoppingToken))
            {
                return false;
            }

            // Data Protection blocks while it reads.
            await Task.Factory.StartNew(() => secrets.Protect(nameof(WarmUp)), stoppingToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            return true;
        }
        catch (Exception failure) when (failure is NpgsqlException or TimeoutException)
        {
            logger.LogDebug(failure, "The database cannot be asked yet");
            return false;
        }
        catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
        {
            logger.LogWarning(failure, "The key ring could not be read yet; next try in {Delay}", Interval);
            return false;
        }
    }
}
