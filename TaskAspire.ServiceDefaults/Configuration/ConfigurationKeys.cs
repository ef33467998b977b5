namespace TaskAspire.ServiceDefaults.Configuration;

/// <summary>The .NET configuration keys that the environment variables of the integrations document stand for.</summary>
public static class ConfigurationKeys
{
    /// <summary><c>DATABASE_URL</c>, or <c>DB_HOST DB_PORT DB_NAME DB_USER DB_PASSWORD</c>.</summary>
    public const string DatabaseConnectionString = "ConnectionStrings:taskdb";

    /// <summary><c>REDIS_URL</c> with <c>REDIS_PASSWORD</c>.</summary>
    public const string CacheConnectionString = "ConnectionStrings:cache";

    /// <summary>User for Redis when the connection string has none.</summary>
    public const string RedisUser = "Redis:User";

    /// <summary>Password for Redis when the connection string has none: <c>REDIS_PASSWORD</c> without a <c>REDIS_URL</c>.</summary>
    public const string RedisPassword = "Redis:Password";

    /// <summary><c>JWT_PRIVATE_KEY_PATH</c>: a PEM file.</summary>
    public const string JwtPrivateKeyPath = "Jwt:PrivateKeyPath";

    /// <summary><c>JWT_PUBLIC_KEY_PATH</c>: a PEM file.</summary>
    public const string JwtPublicKeyPath = "Jwt:PublicKeyPath";

    /// <summary><c>WEBHOOK_API_KEY</c>.</summary>
    public const string WebhookApiKey = "Webhooks:ApiKey";

    /// <summary><c>WEBHOOK_SECRET</c>.</summary>
    public const string WebhookSharedSecret = "Webhooks:SharedSecret";

    /// <summary><c>ELASTICSEARCH_URL</c>.</summary>
    public const string ElasticsearchUrl = "Elasticsearch:Url";

    /// <summary><c>ELASTICSEARCH_USERNAME</c>.</summary>
    public const string ElasticsearchUsername = "Elasticsearch:Username";

    /// <summary><c>ELASTICSEARCH_PASSWORD</c>.</summary>
    public const string ElasticsearchPassword = "Elasticsearch:Password";

    /// <summary><c>PORT</c>: listens on every address of this port. <c>ASPNETCORE_URLS</c> and <c>--urls</c> win.</summary>
    public const string Urls = "urls";

    /// <summary><c>LOG_LEVEL</c>.</summary>
    public const string LogLevel = "Logging:LogLevel:Default";

    /// <summary><c>APP_VERSION</c>: the version in telemetry and in the User-Agent of webhooks. Default: the assembly's.</summary>
    public const string ServiceVersion = "Service:Version";

    /// <summary>
    /// <c>PROMETHEUS_PORT</c>: the port that the Prometheus <i>server</i> listens on (9090 in the integrations document). The app
    /// host and the standalone stack take the variable for it; a service only reports one that is not a port, and never listens there. The port of a service's own metrics is
    /// <see cref="MetricsPort"/>.
    /// </summary>
    public const string PrometheusPort = "Prometheus:Port";

    /// <summary>
    /// A separate, internal port for <c>/metrics</c>, which is then served there alone. Without it <c>/metrics</c> is served on the
    /// service's ordinary port, and in Production not at all.
    /// </summary>
    public const string MetricsPort = "Metrics:Port";
}
