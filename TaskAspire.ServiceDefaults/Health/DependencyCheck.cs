using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace TaskAspire.ServiceDefaults.Health;

/// <summary>
/// Asks a dependency, and gives up after <see cref="TimeLimit"/> even where the client library does not listen to its token. What
/// goes wrong becomes a sentence of ours: an exception's own message may show a host, a user or a connection string.
/// </summary>
internal sealed class DependencyCheck(Func<CancellationToken, Task<string?>> findProblem) : IHealthCheck
{
    public static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(2);

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(TimeLimit);
        string? problem;
        try
        {
            // On another thread: a first connection may block before there is anything to await.
            problem = await Task.Run(() => findProblem(limit.Token), limit.Token).WaitAsync(limit.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            problem = $"No answer within {TimeLimit.TotalSeconds:0} s.";
        }

        return problem is null ? HealthCheckResult.Healthy() : new HealthCheckResult(context.Registration.FailureStatus, problem);
    }
}
