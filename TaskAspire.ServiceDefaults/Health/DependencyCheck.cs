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
        var giveUp = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        // On another thread: a first connection may block before there is anything to await.
        var answer = Task.Run(() => findProblem(giveUp.Token), giveUp.Token);
        string? problem;
        try
        {
            problem = await answer.WaitAsync(TimeLimit, cancellationToken);
        }
        catch (TimeoutException) when (!answer.IsCompleted)
        {
            problem = $"No answer within {TimeLimit.TotalSeconds:0} s.";
        }
        finally
        {
            // Not awaited: a server that hangs makes giving up take its time, too (Npgsql asks it to cancel the statement, and waits for that).
            _ = EndAsync(answer, giveUp);
        }

        return problem is null ? HealthCheckResult.Healthy() : new HealthCheckResult(context.Registration.FailureStatus, problem);
    }

    private static async Task EndAsync(Task answer, CancellationTokenSource giveUp)
    {
        using (giveUp)
        {
            if (!answer.IsCompleted)
            {
                await giveUp.CancelAsync();
            }

            await answer.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
