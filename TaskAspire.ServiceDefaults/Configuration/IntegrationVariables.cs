using System.Globalization;
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
public static class IntegrationVariables
{
    /// <summary>One by one, so that one that is malformed does not hide another.</summary>
    private static readonly Func<Variables, IEnumerable<KeyValuePair<string, string?>>>[] Readers =
    [
        variables => [new(ConfigurationKeys.DatabaseConnectionString, DatabaseVariables.ConnectionString(variables))],
        RedisVariables.Settings,
        variables => [new(ConfigurationKeys.JwtPrivateKeyPath, variables["JWT_PRIVATE_KEY_PATH"])],
        variables => [new(ConfigurationKeys.JwtPublicKeyPath, variables["JWT_PUBLIC_KEY_PATH"])],
        variables => [new(ConfigurationKeys.WebhookApiKey, variables["WEBHOOK_API_KEY"])],
        variables => [new(ConfigurationKeys.WebhookSharedSecret, variables["WEBHOOK_SECRET"])],
        variables => [new(ConfigurationKeys.ElasticsearchUrl, HttpUrl(variables, "ELASTICSEARCH_URL"))],
        variables => [new(ConfigurationKeys.ElasticsearchUsername, variables["ELASTICSEARCH_USERNAME"])],
        variables => [new(ConfigurationKeys.ElasticsearchPassword, variables["ELASTICSEARCH_PASSWORD"])],
        variables => [new(ConfigurationKeys.Urls, variables.Port("PORT") is { } port ? $"http://*:{port}" : null)],
        variables => [new(ConfigurationKeys.LogLevel, variables["LOG_LEVEL"] is { } level ? LogLevelNames.Parse("LOG_LEVEL", level).ToString() : null)],
        variables => [new(ConfigurationKeys.ServiceVersion, Version(variables))],
        variables => [new(ConfigurationKeys.PrometheusPort, variables.Port("PROMETHEUS_PORT")?.ToString(CultureInfo.InvariantCulture))],
    ];

    /// <summary>Puts them into the configuration. One that is malformed keeps the service from starting, and is named then.</summary>
    public static WebApplicationBuilder AddIntegrationVariables(this WebApplicationBuilder builder) =>
        builder.AddStartupProblems(AddTo(builder.Configuration, Variables.OfProcess));

    /// <summary>
    /// The arguments for <see cref="WebApplication.CreateBuilder(string[])"/>, which fixes the environment: <c>NODE_ENV</c> names it
    /// when neither <c>DOTNET_ENVIRONMENT</c> nor <c>ASPNETCORE_ENVIRONMENT</c> nor <paramref name="args"/> does. What
    /// <c>launchSettings.json</c> has <c>dotnet run</c> set is a developer's default, and does not count.
    /// </summary>
    public static string[] WithNodeEnvironment(string[] args) => WithNodeEnvironment(args, Variables.OfProcess);

    internal static string[] WithNodeEnvironment(string[] args, Variables variables)
    {
        var given = variables["DOTNET_ENVIRONMENT"] ?? (HasLaunchProfile(variables) ? null : variables["ASPNETCORE_ENVIRONMENT"]);
        if (variables["NODE_ENV"] is not { } name || given is not null)
        {
            return args;
        }

        var environment = name.Trim() is { Length: > 0 } trimmed ? char.ToUpperInvariant(trimmed[0]) + trimmed[1..] : name;
        // First, so that an argument that names the environment wins.
        return [$"--environment={environment}", .. args];
    }

    /// <returns>What is wrong with those that are malformed.</returns>
    internal static IReadOnlyList<string> AddTo(IConfigurationManager configuration, Variables variables)
    {
        var problems = new List<string>();
        var settings = Readers.SelectMany(read => Read(read, variables, problems)).Where(setting => setting.Value is not null).ToList();
        if (NamesUrls(configuration, variables))
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
        return problems;
    }

    /// <summary>Whether a .NET variable or the command line says where to listen. Files do not count: PORT wins over those.</summary>
    private static bool NamesUrls(IConfigurationManager configuration, Variables variables) => ((IConfigurationRoot)configuration).Providers
        .Where(provider => provider is not FileConfigurationProvider && !(provider is EnvironmentVariablesConfigurationProvider && HasLaunchProfile(variables)))
        .Any(provider => provider.TryGet(ConfigurationKeys.Urls, out var urls) && !string.IsNullOrEmpty(urls));

    private static bool HasLaunchProfile(Variables variables) => variables["DOTNET_LAUNCH_PROFILE"] is not null;

    private static IEnumerable<KeyValuePair<string, string?>> Read(
        Func<Variables, IEnumerable<KeyValuePair<string, string?>>> read, Variables variables, List<string> problems)
    {
        try
        {
            return [.. read(variables)];
        }
        catch (InvalidVariableException malformed)
        {
            problems.Add(malformed.Message);
            return [];
        }
    }

    private static string? HttpUrl(Variables variables, string name) =>
        variables[name] is not { } text ? null
        : Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" ? text
        : throw new InvalidVariableException(name, "must be an absolute http:// or https:// URL.");

    private static string? Version(Variables variables) =>
        variables["APP_VERSION"] is not { } text ? null
        : ServiceInfo.IsVersion(text) ? text
        : throw new InvalidVariableException("APP_VERSION", ServiceInfo.VersionRule);
}
