namespace TaskAspire.Standalone.Options;

/// <summary>The options by name; each is also an environment variable.</summary>
internal static class OptionNames
{
    public const string DataDirectory = "--data-dir";
    public const string ApiPort = "--api-port";
    public const string DispatcherPort = "--dispatcher-port";
    public const string PostgresPort = "--postgres-port";
    public const string RedisPort = "--redis-port";
    public const string PrometheusPort = "--prometheus-port";
    public const string DashboardPort = "--dashboard-port";
    public const string NoDashboard = "--no-dashboard";
    public const string NoPrometheus = "--no-prometheus";
    public const string Postgres = "--postgres";
    public const string Redis = "--redis";
    public const string Environment = "--environment";

    /// <summary>The variables that set it, the first that is there counts: the one of its name, and for Prometheus also <c>PROMETHEUS_PORT</c>, as the integrations document has it.</summary>
    public static IEnumerable<string> Variables(string option) => option == PrometheusPort ? [Variable(option), "PROMETHEUS_PORT"] : [Variable(option)];

    /// <summary><c>--api-port</c> gives <c>TASKASPIRE_API_PORT</c>.</summary>
    public static string Variable(string option) => "TASKASPIRE_" + option.TrimStart('-').Replace('-', '_').ToUpperInvariant();
}
