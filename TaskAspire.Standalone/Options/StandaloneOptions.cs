namespace TaskAspire.Standalone.Options;

/// <summary>What is started, and where. A port of 0 takes any free one.</summary>
internal sealed record StandaloneOptions
{
    public const int DefaultApiPort = 5080;
    public const int DefaultDispatcherPort = 5081;

    // Beside the servers' usual ports, so that an installed one is not in the way, and outside the range of outgoing connections.
    public const int DefaultPostgresPort = 15432;
    public const int DefaultRedisPort = 16379;
    public const int DefaultPrometheusPort = 19090;
    public const int DefaultDashboardPort = 18888;

    /// <summary>Only the backing services, without the API, the dispatcher and what watches them.</summary>
    public bool BackingOnly { get; init; }

    /// <summary>Where everything is kept; the repository's <c>.taskaspire</c> by default.</summary>
    public required string DataDirectory { get; init; }

    public int ApiPort { get; init; } = DefaultApiPort;

    public int DispatcherPort { get; init; } = DefaultDispatcherPort;

    public int PostgresPort { get; init; } = DefaultPostgresPort;

    public int RedisPort { get; init; } = DefaultRedisPort;

    public int PrometheusPort { get; init; } = DefaultPrometheusPort;

    public int DashboardPort { get; init; } = DefaultDashboardPort;

    public bool NoDashboard { get; init; }

    public bool NoPrometheus { get; init; }

    /// <summary>A server to use instead of starting one: a connection string or a <c>postgresql://</c> URL.</summary>
    public string? Postgres { get; init; }

    /// <summary>A server to use instead of starting one: a connection string or a <c>redis://</c> URL.</summary>
    public string? Redis { get; init; }

    /// <summary>The environment of the API and the dispatcher.</summary>
    public string Environment { get; init; } = "Development";
}
