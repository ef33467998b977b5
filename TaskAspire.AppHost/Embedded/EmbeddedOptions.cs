using System.Globalization;
using System.Net;
using Microsoft.Extensions.Configuration;
using TaskAspire.Standalone;
using TaskAspire.Standalone.Options;

namespace TaskAspire.AppHost.Embedded;

/// <summary>The options of TaskAspire.Standalone, by the same names: <c>--data-dir</c>, or the variable <c>TASKASPIRE_DATA_DIR</c>.</summary>
internal static class EmbeddedOptions
{
    /// <exception cref="InvalidOperationException">One has a value that it cannot have.</exception>
    public static StandaloneOptions Read(IConfiguration configuration) => new()
    {
        DataDirectory = Path.GetFullPath(Text(configuration, OptionNames.DataDirectory) ?? Path.Combine(SourceTree.Root ?? Directory.GetCurrentDirectory(), ".taskaspire")),
        ApiPort = Port(configuration, OptionNames.ApiPort, StandaloneOptions.DefaultApiPort),
        DispatcherPort = Port(configuration, OptionNames.DispatcherPort, StandaloneOptions.DefaultDispatcherPort),
        PostgresPort = Port(configuration, OptionNames.PostgresPort, StandaloneOptions.DefaultPostgresPort),
        RedisPort = Port(configuration, OptionNames.RedisPort, StandaloneOptions.DefaultRedisPort),
        PrometheusPort = Port(configuration, OptionNames.PrometheusPort, StandaloneOptions.DefaultPrometheusPort),
        NoPrometheus = Text(configuration, OptionNames.NoPrometheus) is { } value && value is not ("0" or "false" or "False"),
        Postgres = Text(configuration, OptionNames.Postgres),
        Redis = Text(configuration, OptionNames.Redis),
    };

    private static string? Text(IConfiguration configuration, string option) =>
        OptionNames.Variables(option).Prepend(option.TrimStart('-')).Select(name => configuration[name]).FirstOrDefault(value => value is { Length: > 0 });

    private static int Port(IConfiguration configuration, string option, int fallback)
    {
        if (Text(configuration, option) is not { } value)
        {
            return fallback;
        }

        return int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port <= IPEndPoint.MaxPort
            ? port
            : throw new InvalidOperationException($"{option}: '{value}' is not a port (0 to {IPEndPoint.MaxPort}; 0 takes any free one).");
    }
}
