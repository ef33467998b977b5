using Microsoft.Extensions.Options;

namespace TaskAspire.ApiService.Shutdown;

/// <summary>
/// Keeps the server open for a while after it was told to stop: it would refuse connections at once, and what is in front of it sends requests until it has seen that <c>/health</c> is 503.
/// </summary>
internal sealed class ShutdownDelay(IOptions<ShutdownOptions> options, TimeProvider clock) : IHostedLifecycleService, IDisposable
{
    private readonly CancellationTokenSource _over = new();

    /// <summary>Cancelled when requests that would go on for ever must end.</summary>
    public CancellationToken Over => _over.Token;

    // The host waits for this before it stops anything, the server included.
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        // A host may be told more than once.
        if (!_over.IsCancellationRequested)
        {
            await Task.Delay(options.Value.Delay, clock, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await _over.CancelAsync();
        }
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _over.Dispose();
}
