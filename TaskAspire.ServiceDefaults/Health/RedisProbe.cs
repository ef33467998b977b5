using Microsoft.Extensions.DependencyInjection;
using StackExchange.Redis;

namespace TaskAspire.ServiceDefaults.Health;

/// <summary>Whether Redis answers.</summary>
internal static class RedisProbe
{
    public static async Task<string?> FindProblemAsync(IServiceProvider services, CancellationToken cancellationToken)
    {
        try
        {
            await services.GetRequiredService<IConnectionMultiplexer>().GetDatabase().PingAsync().WaitAsync(cancellationToken);
            return null;
        }
        catch (RedisServerException)
        {
            return "Redis refuses.";
        }
        catch (Exception e) when (e is RedisException or TimeoutException or InvalidOperationException)
        {
            return "Redis cannot be reached.";
        }
    }
}
