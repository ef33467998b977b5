namespace TaskAspire.Standalone.Services;

/// <summary>What the services are told by environment variables: the same names that Aspire injects.</summary>
internal sealed record ServiceEnvironment
{
    public required string Environment { get; init; }

    public required string PostgresConnectionString { get; init; }

    public required string RedisConnectionString { get; init; }

    /// <summary>Where the key pair that signs access tokens is kept in development.</summary>
    public required string KeyDirectory { get; init; }

    /// <summary>Where telemetry goes; null: nowhere.</summary>
    public string? OtlpEndpoint { get; init; }

    /// <summary>Where the other services are, by name (service discovery).</summary>
    public IReadOnlyDictionary<string, string> Services { get; init; } = new Dictionary<string, string>();

    /// <param name="project">The service's project.</param>
    /// <param name="url">Where it listens.</param>
    public Dictionary<string, string?> Variables(string project, string url)
    {
        var variables = new Dictionary<string, string?>
        {
            ["ASPNETCORE_URLS"] = url,
            ["ASPNETCORE_ENVIRONMENT"] = Environment,
            ["DOTNET_ENVIRONMENT"] = Environment,
            ["ConnectionStrings__taskdb"] = PostgresConnectionString,
            ["ConnectionStrings__cache"] = RedisConnectionString,
            ["Jwt__DevelopmentKeyDirectory"] = KeyDirectory,
            // Nobody else migrates here, whatever the environment.
            ["Database__MigrateAtStart"] = "true",
            ["OTEL_SERVICE_NAME"] = project[(project.LastIndexOf('.') + 1)..].ToLowerInvariant(),
        };
        if (OtlpEndpoint is not null)
        {
            variables["OTEL_EXPORTER_OTLP_ENDPOINT"] = OtlpEndpoint;
            variables["OTEL_EXPORTER_OTLP_PROTOCOL"] = "grpc";
        }
        foreach (var (name, address) in Services)
        {
            variables[$"services__{name}__http__0"] = address;
        }
        return variables;
    }
}
