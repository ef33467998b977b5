using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.EnvironmentVariables;
using Microsoft.Extensions.Configuration.Memory;

namespace TaskAspire.ServiceDefaults.Configuration;

/// <summary>
/// The environment variables of the integrations document, as the .NET configuration they stand for
/// (<see cref="ConfigurationKeys"/>). They win over appsettings; a .NET-style variable (<c>ConnectionStrings__taskdb</c>, which
/// Aspire injects) and the command line win over them.
/// </summary>
public static partial class IntegrationVariables
{
    /// <summary>Puts them into the configuration.</summary>
    /// <exception cref="InvalidVariableException">One of them is malformed.</exception>
    public static WebApplicationBuilder AddIntegrationVariables(this WebApplicationBuilder builder)
    {
        AddTo(builder.Configuration, Variables.OfProcess);
        return builder;
    }

    /// <summary>
    /// The arguments for <see cref="WebApplication.CreateBuilder(string[])"/>, which fixes the environment: <c>NODE_ENV</c> names it
    /// when neither <c>DOTNET_ENVIRONMENT</c> nor <c>ASPNETCORE_ENVIRONMENT</c> nor <paramref name="args"/> does.
    /// </summary>
    public static string[] WithNodeEnvironment(string[] args) => WithNodeEnvironment(args, Variables.OfProcess);

    internal static string[] WithNodeEnvironment(string[] args, Variables variables)
    {
        if (variables["NODE_ENV"] is not { } name || variables["DOTNET_ENVIRONMENT"] is not null || variables["ASPNETCORE_ENVIRONMENT"] is not null)
        {
            return args;
        }

        var environment = name.Trim() is { Length: > 0 } trimmed ? char.ToUpperInvariant(trimmed[0]) + trimmed[1..] : name;
        // First, so that an argument that names the environment wins.
        return [$"--environment={environment}", .. args];
    }

    internal static void AddTo(IConfigurationManager configuration, Variables variables)
    {
        var settings = Settings(variables).Where(setting => setting.Value is not null).ToList();
        if (configuration[ConfigurationKeys.Urls] is { Length: > 0 })
        {
            settings.RemoveAll(setting => setting.Key == ConfigurationKeys.Urls);
        }

        var sources = configuration.Sources;
        var position = sources.Count;
        for (var i = 0; i < sources.Count; i++)
        {
            // The last one is the application's; the earlier ones with a prefix are the host's.
            if (sources[i] is EnvironmentVariablesConfigurationSource { Prefix: null or "" })
            {
                position = i;
            }
        }

        sources.Insert(position, new MemoryConfigurationSource { InitialData = settings });
    }

    private static IEnumerable<KeyValuePair<string, string?>> Settings(Variables variables) =>
    [
        new(ConfigurationKeys.DatabaseConnectionString, DatabaseVariables.ConnectionString(variables)),
        .. RedisVariables.Settings(variables),
        new(ConfigurationKeys.JwtPrivateKeyPath, variables["JWT_PRIVATE_KEY_PATH"]),
        new(ConfigurationKeys.JwtPublicKeyPath, variables["JWT_PUBLIC_KEY_PATH"]),
        new(ConfigurationKeys.WebhookApiKey, variables["WEBHOOK_API_KEY"]),
        new(ConfigurationKeys.WebhookSharedSecret, variables["WEBHOOK_SECRET"]),
        new(ConfigurationKeys.ElasticsearchUrl, HttpUrl(variables, "ELASTICSEARCH_URL")),
        new(ConfigurationKeys.ElasticsearchUsername, variables["ELASTICSEARCH_USERNAME"]),
        new(ConfigurationKeys.ElasticsearchPassword, variables["ELASTICSEARCH_PASSWORD"]),
        new(ConfigurationKeys.Urls, variables.Port("PORT") is { } port ? $"http://*:{port}" : null),
        new(ConfigurationKeys.LogLevel, variables["LOG_LEVEL"] is { } level ? LogLevelNames.Parse("LOG_LEVEL", level).ToString() : null),
        new(ConfigurationKeys.ServiceVersion, Version(variables)),
        new(ConfigurationKeys.PrometheusPort, variables.Port("PROMETHEUS_PORT")?.ToString(System.Globalization.CultureInfo.InvariantCulture)),
    ];

    private static string? HttpUrl(Variables variables, string name) =>
        variables[name] is not { } text ? null
        : Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" ? text
        : throw new InvalidVariableException(name, "must be an absolute http:// or https:// URL.");

    private static string? Version(Variables variables) =>
        variables["APP_VERSION"] is not { } text ? null
        : VersionToken().IsMatch(text) ? text
        : throw new InvalidVariableException("APP_VERSION", "must be 1 to 64 letters, digits, '.', '+', '-' or '_', since it is sent in headers.");

    [GeneratedRegex("^[0-9A-Za-z.+_-]{1,64}$", RegexOptions.CultureInvariant)]
    private static partial Regex VersionToken();
}
