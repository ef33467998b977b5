using StackExchange.Redis;
using StackExchange.Redis.Configuration;

namespace TaskAspire.ServiceDefaults.Caching;

/// <summary>
/// How Redis is talked to unless the connection string says otherwise: a start does not wait for it, a request does not wait for
/// one that is gone, and it is found again quickly.
/// </summary>
internal sealed class RedisDefaults : DefaultOptionsProvider
{
    private static readonly ExponentialRetry Reconnect = new(deltaBackOffMilliseconds: 100, maxDeltaBackOffMilliseconds: 3_000);

    public override bool AbortOnConnectFail => false;

    public override int ConnectRetry => 1;

    public override TimeSpan? ConnectTimeout => TimeSpan.FromSeconds(1.5);

    public override TimeSpan SyncTimeout => TimeSpan.FromSeconds(1);

    public override BacklogPolicy BacklogPolicy => BacklogPolicy.FailFast;

    /// <summary>Keys of cached lists have what users search for in them, and an exception with its message is logged.</summary>
    public override bool IncludeDetailInExceptions => false;

    public override IReconnectRetryPolicy ReconnectRetryPolicy => Reconnect;
}
