using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace TaskAspire.ServiceDefaults.Health;

/// <summary>
/// Runs the checks, at most one run at a time: <c>/health</c> is public and without a rate limit, so callers that ask at the same
/// moment share an answer instead of each taking a connection from the pool.
/// </summary>
internal sealed class HealthReporter(HealthCheckService checks, TimeProvider time, IHostApplicationLifetime lifetime)
{
    private readonly Lock _lock = new();
    private Task<HealthResponse>? _running;

    public Task<HealthResponse> ReportAsync(CancellationToken cancellationToken)
    {
        Task<HealthResponse> running;
        lock (_lock)
        {
            running = _running is { IsCompleted: false } ? _running : _running = RunAsync();
        }

        return running.WaitAsync(cancellationToken);
    }

    private async Task<HealthResponse> RunAsync()
    {
        var timestamp = time.GetUtcNow().UtcDateTime;
        var response = HealthResponse.From(await checks.CheckHealthAsync(lifetime.ApplicationStopped), timestamp);
        return lifetime.ApplicationStopping.IsCancellationRequested ? response.WhileStopping() : response;
    }
}
