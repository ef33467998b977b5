using TaskAspire.Tests.Fixtures;

namespace TaskAspire.Tests.Api;

/// <summary>
/// Two instances of the API on one database and one Redis, for all tests that need no settings of their own. Tests keep apart by
/// each having its own user.
/// </summary>
internal sealed class SharedApi(BackingServices services) : IAsyncDisposable
{
    private readonly OnFirstUse<(ApiHost A, ApiHost B, RedisLease Redis, string Database)> _instances = new(async token =>
    {
        var database = await services.CreateTaskDatabaseAsync(token);
        var redis = await services.RentRedisAsync(token);
        return (new ApiHost(database, redis.ConnectionString), new ApiHost(database, redis.ConnectionString), redis, database);
    });

    public static SharedApi On(BackingServices services) => services.Share(() => new SharedApi(services));

    public async Task<ApiHost> GetAAsync() => (await _instances.GetAsync(TestContext.Current.CancellationToken)).A;

    public async Task<ApiHost> GetBAsync() => (await _instances.GetAsync(TestContext.Current.CancellationToken)).B;

    /// <summary>The connection string of the database of both.</summary>
    public async Task<string> GetDatabaseAsync() => (await _instances.GetAsync(TestContext.Current.CancellationToken)).Database;

    /// <summary>A new user on the first instance.</summary>
    public async Task<ApiClient> CreateUserAsync() => await (await GetAAsync()).CreateUserAsync(TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (_instances.IsStarted)
        {
            var (a, b, redis, _) = await _instances.GetAsync(CancellationToken.None);
            await a.DisposeAsync();
            await b.DisposeAsync();
            await redis.DisposeAsync();
        }
    }
}
