using Microsoft.Extensions.DependencyInjection;
using StackExchange.Redis;

namespace TaskAspire.ServiceDefaults.Health;

/// <summary>Whether Redis answers, and takes writes.</summary>
public static class RedisProbe
{
    private static readonly RedisKey Key = "probe";
    private static readonly RedisValue Mark = "1";
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(1);

    /// <summary>
    /// Writes something. One that is full, or a replica, answers a <c>PING</c> all the same, and is of no use: all that is asked of it also writes.
    /// </summary>
    /// <param name="database">The connection.</param>
    /// <exception cref="RedisException">It does not answer, or refuses.</exception>
    public static Task AskAsync(IDatabase database) => database.StringSetAsync(Key, Mark, Lifetime);

    internal static async Task<string?> FindProblemAsync(IServiceProvider services, CancellationToken cancellationToken)
    {
        try
        {
            await AskAsync(services.GetRequiredService<IConnectionMultiplexer>().GetDatabase()).WaitAsync(cancellationToken);
            return null;
        }
        catch (Exception e) when (e is RedisServerException or RedisCommandException)
        {
            return "Redis refuses writes.";
        }
        catch (Exception e) when (e is RedisException or TimeoutException or InvalidOperationException
            || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            // The client cancels what was under way when it gives up a connection.
            return "Redis cannot be reached.";
        }
    }
}
