namespace TaskAspire.ServiceDefaults.Health;

/// <summary>The keys of <c>checks</c> in <c>/health</c>.</summary>
public static class HealthCheckNames
{
    /// <summary>PostgreSQL. Critical: down means unhealthy.</summary>
    public const string Database = "database";

    /// <summary>Redis. Critical: down means unhealthy.</summary>
    public const string Redis = "redis";

    /// <summary>The webhook dispatcher. Down means degraded.</summary>
    public const string Webhooks = "webhooks";

    /// <summary>Elasticsearch. Down means degraded.</summary>
    public const string Elasticsearch = "elasticsearch";

    /// <summary>There while the service stops alone, and then unhealthy.</summary>
    public const string Shutdown = "shutdown";
}
