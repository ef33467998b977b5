using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Net;

namespace TaskAspire.Standalone.Options;

/// <summary>The command line. An option that is not given is looked up in its environment variable, then has its default.</summary>
internal sealed class StandaloneCommand
{
    private readonly Func<string, string?> _environment;
    private readonly Option<string> _dataDirectory;
    private readonly Option<int> _apiPort;
    private readonly Option<int> _dispatcherPort;
    private readonly Option<int> _postgresPort;
    private readonly Option<int> _redisPort;
    private readonly Option<int> _prometheusPort;
    private readonly Option<int> _dashboardPort;
    private readonly Option<bool> _noDashboard;
    private readonly Option<bool> _noPrometheus;
    private readonly Option<string?> _postgres;
    private readonly Option<string?> _redis;
    private readonly Option<string> _environmentName;

    /// <param name="environment">Reads an environment variable.</param>
    public StandaloneCommand(Func<string, string?> environment)
    {
        _environment = environment;
        _dataDirectory = Text(OptionNames.DataDirectory, "Where data and secrets are kept; created when missing.", DefaultDataDirectory())!;
        _apiPort = Port(OptionNames.ApiPort, "Port of the API.", StandaloneOptions.DefaultApiPort);
        _dispatcherPort = Port(OptionNames.DispatcherPort, "Port of the webhook dispatcher (health and metrics).", StandaloneOptions.DefaultDispatcherPort);
        _postgresPort = Port(OptionNames.PostgresPort, "Port of PostgreSQL.", StandaloneOptions.DefaultPostgresPort);
        _redisPort = Port(OptionNames.RedisPort, "Port of Redis.", StandaloneOptions.DefaultRedisPort);
        _prometheusPort = Port(OptionNames.PrometheusPort, "Port of Prometheus.", StandaloneOptions.DefaultPrometheusPort);
        _dashboardPort = Port(OptionNames.DashboardPort, "Port of the Aspire dashboard.", StandaloneOptions.DefaultDashboardPort);
        _noDashboard = Switch(OptionNames.NoDashboard, "Do not start the Aspire dashboard.");
        _noPrometheus = Switch(OptionNames.NoPrometheus, "Do not start Prometheus.");
        _postgres = Text(OptionNames.Postgres, "Use this PostgreSQL (connection string or postgresql:// URL) instead of starting one.", null);
        _redis = Text(OptionNames.Redis, "Use this Redis (connection string or redis:// URL) instead of starting one.", null);
        _environmentName = Text(OptionNames.Environment, "Environment of the API and the dispatcher.", "Development")!;
    }

    /// <summary>Parses the command line and runs the stack with what it says.</summary>
    public async Task<int> InvokeAsync(
        string[] args,
        Func<StandaloneOptions, CancellationToken, Task<int>> run,
        InvocationConfiguration configuration,
        CancellationToken cancellationToken)
    {
        var backing = new Command("backing", "Starts only PostgreSQL and Redis.");
        backing.SetAction((result, token) => run(Read(result) with { BackingOnly = true }, token));
        var root = new RootCommand("Starts TaskAspire without containers: PostgreSQL, Redis, the API, the webhook dispatcher, Prometheus and the Aspire dashboard.") { backing };
        foreach (var option in AllOptions())
        {
            option.Recursive = true;
            root.Options.Add(option);
        }
        root.SetAction((result, token) => run(Read(result), token));
        return await root.Parse(args).InvokeAsync(configuration, cancellationToken);
    }

    private IEnumerable<Option> AllOptions() =>
    [
        _dataDirectory, _apiPort, _dispatcherPort, _postgresPort, _redisPort, _prometheusPort, _dashboardPort,
        _noDashboard, _noPrometheus, _postgres, _redis, _environmentName,
    ];

    private StandaloneOptions Read(ParseResult result) => new()
    {
        DataDirectory = Path.GetFullPath(result.GetRequiredValue(_dataDirectory)),
        ApiPort = result.GetValue(_apiPort),
        DispatcherPort = result.GetValue(_dispatcherPort),
        PostgresPort = result.GetValue(_postgresPort),
        RedisPort = result.GetValue(_redisPort),
        PrometheusPort = result.GetValue(_prometheusPort),
        DashboardPort = result.GetValue(_dashboardPort),
        NoDashboard = result.GetValue(_noDashboard),
        NoPrometheus = result.GetValue(_noPrometheus),
        Postgres = result.GetValue(_postgres),
        Redis = result.GetValue(_redis),
        Environment = result.GetRequiredValue(_environmentName),
    };

    private Option<int> Port(string name, string description, int fallback) => new(name)
    {
        Description = $"{description} {Also(name)}",
        HelpName = "port",
        CustomParser = result => ParsePort(result, name, result.Tokens.Single().Value),
        DefaultValueFactory = result => Set(name) is { } set ? ParsePort(result, set.Variable, set.Value) : fallback,
    };

    private Option<bool> Switch(string name, string description) => new(name)
    {
        Description = $"{description} {Also(name)}",
        DefaultValueFactory = _ => Value(name) is { } value && value is not ("0" or "false" or "False"),
    };

    private Option<string?> Text(string name, string description, string? fallback) => new(name)
    {
        Description = $"{description} {Also(name)}",
        HelpName = name.TrimStart('-'),
        DefaultValueFactory = _ => Value(name) ?? fallback,
    };

    private static int ParsePort(SymbolResult result, string source, string value)
    {
        if (int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port <= IPEndPoint.MaxPort)
        {
            return port;
        }
        result.AddError($"{source}: '{value}' is not a port (0 to {IPEndPoint.MaxPort}; 0 takes any free one).");
        return 0;
    }

    private string? Value(string option) => Set(option)?.Value;

    private (string Variable, string Value)? Set(string option)
    {
        foreach (var variable in OptionNames.Variables(option))
        {
            if (_environment(variable) is { Length: > 0 } value)
            {
                return (variable, value);
            }
        }

        return null;
    }

    private static string Also(string option) => $"({string.Join(", or ", OptionNames.Variables(option))})";

    private static string DefaultDataDirectory() => Path.Combine(SourceTree.Root ?? Directory.GetCurrentDirectory(), ".taskaspire");
}
