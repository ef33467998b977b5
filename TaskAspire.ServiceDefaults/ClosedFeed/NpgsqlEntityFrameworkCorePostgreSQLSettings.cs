namespace Aspire.Npgsql.EntityFrameworkCore.PostgreSQL;

/// <summary>Stands in for the settings of the Aspire package of this name: same members, same defaults.</summary>
public class NpgsqlEntityFrameworkCorePostgreSQLSettings
{
    /// <summary>The connection string. Default: that of the connection's name.</summary>
    public string? ConnectionString { get; set; }

    /// <summary>No retries by the execution strategy. Default: false.</summary>
    public bool DisableRetry { get; set; }

    /// <summary>No health check of the context. Default: false.</summary>
    public bool DisableHealthChecks { get; set; }

    /// <summary>No traces. Default: false.</summary>
    public bool DisableTracing { get; set; }

    /// <summary>No metrics. Default: false.</summary>
    public bool DisableMetrics { get; set; }

    /// <summary>Time limit of a command in seconds. Default: that of the connection string.</summary>
    public int? CommandTimeout { get; set; }
}
