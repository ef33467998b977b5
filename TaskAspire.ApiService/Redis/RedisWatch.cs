using StackExchange.Redis;
using TaskAspire.ServiceDefaults.Health;

namespace TaskAspire.ApiService.Redis;

/// <summary>
/// Asks Redis also while no request does: an instance whose <c>/health</c> says 503 gets none, and <see cref="RedisGate"/>, by which the alert goes, would not
/// learn what <c>/health</c> knows.
/// </summary>
internal sealed class RedisWatch(RedisGate gate, TimeProvider clock) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            await gate.TryAsync(AskAsync, stoppingToken);
        }
    }

    private static async Task<IDatabase> AskAsync(IDatabase database)
    {
        await RedisProbe.AskAsync(database);
        return database;
    }
}
