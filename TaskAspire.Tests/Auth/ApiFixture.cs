using TaskAspire.Tests.Fixtures;

namespace TaskAspire.Tests.Auth;

/// <summary>Two instances of the API on one database and one Redis.</summary>
public sealed class ApiFixture(BackingServices services) : IAsyncLifetime
{
    private RedisLease? _redis;

    internal string Database { get; private set; } = "";

    internal string Redis => _redis!.ConnectionString;

    internal ApiInstance Api { get; private set; } = null!;

    internal ApiInstance Other { get; private set; } = null!;

    /// <summary>One more, with settings of its own.</summary>
    internal ApiInstance Start(params (string Key, string Value)[] settings) => new(Database, Redis, settings);

    public async ValueTask InitializeAsync()
    {
        Database = await services.CreateTaskDatabaseAsync(TestContext.Current.CancellationToken);
        _redis = await services.RentRedisAsync(TestContext.Current.CancellationToken);
        Api = Start();
        Other = Start();
    }

    public async ValueTask DisposeAsync()
    {
        await Api.DisposeAsync();
        await Other.DisposeAsync();
        await _redis!.DisposeAsync();
    }
}
