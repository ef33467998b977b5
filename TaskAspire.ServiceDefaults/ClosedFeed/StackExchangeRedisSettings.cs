namespace Aspire.StackExchange.Redis;

/// <summary>Stands in for the settings of the Aspire package of this name: same members, same defaults.</summary>
public sealed class StackExchangeRedisSettings
{
    /// <summary>The connection string. Default: that of the connection's name.</summary>
    public string? ConnectionString { get; set; }

    /// <summary>No health check of the connection. Default: false.</summary>
    public bool DisableHealthChecks { get; set; }

    /// <summary>No traces. Default: false.</summary>
    public bool DisableTracing { get; set; }

    /// <summary>Connect when the connection is first wanted instead of at the start. Default: true.</summary>
    public bool DisableAutoActivation { get; set; } = true;
}
