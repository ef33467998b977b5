using Npgsql;
using TaskAspire.Data;
using TaskAspire.Data.Webhooks;

namespace TaskAspire.ApiService.Startup;

/// <summary>
/// Does once, after the start, what the first request would otherwise wait for: reads the key ring or makes its first key, has EF Core build its model, and rehearses a write.
/// </summary>
internal sealed class WarmUp(
    IHostApplicationLifetime lifetime, SchemaHistory history, WebhookSecrets secrets, IServiceScopeFactory scopes, TimeProvider clock, ILogger<WarmUp> logger)
    : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await StartedAsync(stoppingToken);
        while (!await TryAsync(stoppingToken))
        {
            await Task.Delay(Interval, clock, stoppingToken);
        }

        await RehearseAsync(stoppingToken);
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

            // Both block: Data Protection while it reads, and the model has no asynchronous way.
            await Task.Factory.StartNew(Prepare, stoppingToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);
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

    private async Task RehearseAsync(CancellationToken stoppingToken)
    {
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            await scope.ServiceProvider.GetRequiredService<WriteRehearsal>().RunAsync(stoppingToken);
        }
        catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
        {
            logger.LogDebug(failure, "No write could be rehearsed; the first one takes longer");
        }
    }

    private void Prepare()
    {
        secrets.Protect(nameof(WarmUp));
        using var scope = scopes.CreateScope();
        _ = scope.ServiceProvider.GetRequiredService<TaskDbContext>().Model;
    }
}
