using System.Security.Authentication;
using Microsoft.Extensions.DependencyInjection;
using StackExchange.Redis;

namespace TaskAspire.ServiceDefaults.Health;

/// <summary>Whether Redis answers, and does all that is asked of it.</summary>
public static class RedisProbe
{
    private const string ForbiddenInScript = "The user executing the script can't";

    /// <summary>
    /// Every command that is used, on a key of every kind: one that is full, or a replica, answers a <c>PING</c> all the same, and one whose user has too few
    /// rights does the rest. Must be changed together with the rights in docs/operations.md.
    /// </summary>
    private const string Script =
        """
        for _, key in ipairs(KEYS) do
            redis.call('SET', key, '0', 'PX', ARGV[1])
            redis.call('SETEX', key, '60', '0')
            redis.call('INCR', key)
            redis.call('PEXPIRE', key, ARGV[1])
            redis.call('PTTL', key)
            redis.call('EXISTS', key)
            redis.call('GET', key)
            redis.call('MGET', key)
            redis.call('UNLINK', key)
        end
        """;

    /// <summary>Begins as the keys of the API do, those of the output cache included. The braces keep them on one shard of a cluster.</summary>
    private static readonly RedisKey[] Keys =
        ["session:{probe}", "tasks:{probe}", "api_limit:{probe}", "auth_limit:{probe}", "__MSOCV_{probe}"];

    private static readonly RedisValue[] Lifetime = [60_000];

    /// <summary>Does once what is done in Redis.</summary>
    /// <param name="database">The connection.</param>
    /// <exception cref="RedisException">It does not answer, or refuses.</exception>
    public static Task AskAsync(IDatabase database) => database.ScriptEvaluateAsync(Script, Keys, Lifetime);

    internal static async Task<string?> FindProblemAsync(IServiceProvider services, CancellationToken cancellationToken)
    {
        try
        {
            await AskAsync(services.GetRequiredService<IConnectionMultiplexer>().GetDatabase()).WaitAsync(cancellationToken);
            return null;
        }
        catch (RedisServerException e) when (LacksRights(e))
        {
            return "Redis denies its user a command or a key.";
        }
        catch (Exception e) when (e is RedisServerException or RedisCommandException)
        {
            return "Redis refuses writes.";
        }
        catch (RedisConnectionException e) when (e.InnerException is RedisConnectionException { FailureType: ConnectionFailureType.AuthenticationFailure } refusal)
        {
            return refusal.InnerException is IOException or AuthenticationException
                ? "Redis and this service do not agree on TLS, or the certificate is not trusted."
                : "Redis refuses user or password.";
        }
        catch (Exception e) when (e is RedisException or TimeoutException or InvalidOperationException
            || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            // The client cancels what was under way when it gives up a connection.
            return "Redis cannot be reached.";
        }
    }

    /// <remarks>Before 7.2 what a script may not do has no code of its own.</remarks>
    private static bool LacksRights(RedisServerException refusal) =>
        refusal.Message.StartsWith("NOPERM", StringComparison.Ordinal) || refusal.Message.Contains(ForbiddenInScript, StringComparison.Ordinal);
}
