using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace TaskAspire.ServiceDefaults.Telemetry;

/// <summary>
/// <c>database_query_duration_seconds</c> {query_type, table}. Taken from Npgsql's own activities, so that commands of EF Core and
/// plain ones are both counted; an interceptor of EF Core would miss the second.
/// </summary>
internal static class DatabaseMetrics
{
    /// <summary>Npgsql's activity source and meter.</summary>
    public const string NpgsqlSource = "Npgsql";

    private static readonly SqlStatements Statements = new();

    private static readonly Meter Meter = new("TaskAspire.Database");

    private static readonly Histogram<double> Duration = Meter.CreateHistogram(
        "database_query_duration_seconds", "s", "Duration of database queries.", tags: null, Histograms.DatabaseSeconds);

    private static readonly ActivityListener Listener = new()
    {
        ShouldListenTo = source => source.Name == NpgsqlSource,
        // The data, but no say in whether the trace is kept.
        Sample = (ref _) => ActivitySamplingResult.AllData,
        ActivityStopped = Record,
    };

    static DatabaseMetrics() => ActivitySource.AddActivityListener(Listener);

    public static void Start()
    {
        // Runs the static constructor, once per process.
    }

    private static void Record(Activity activity)
    {
        if (activity.GetTagItem("db.query.text") is string sql)
        {
            var statement = Statements.Read(sql);
            Duration.Record(
                activity.Duration.TotalSeconds,
                new KeyValuePair<string, object?>("query_type", statement.QueryType),
                new KeyValuePair<string, object?>("table", statement.Table));
        }
    }
}
