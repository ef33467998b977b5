using System.Text.Json.Serialization;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace TaskAspire.ServiceDefaults.Health;

/// <summary>The body of <c>/health</c>.</summary>
/// <param name="Status"><c>healthy</c>, <c>degraded</c> or <c>unhealthy</c>: the worst of the checks.</param>
/// <param name="Timestamp">When it was asked, UTC.</param>
/// <param name="Checks">By name.</param>
public sealed record HealthResponse(string Status, DateTime Timestamp, IReadOnlyDictionary<string, HealthResponse.Check> Checks)
{
    internal static HealthResponse From(HealthReport report, DateTime timestamp) => new(
        Word(report.Status),
        timestamp,
        report.Entries.ToDictionary(
            entry => entry.Key,
            entry => new Check(
                Word(entry.Value.Status),
                Math.Round(entry.Value.Duration.TotalMilliseconds, 1),
                // Only our own sentences: a check that throws has the exception's message as its description.
                entry.Value switch
                {
                    { Status: HealthStatus.Healthy } => null,
                    { Exception: not null } => "The check failed.",
                    { Description: var description } => description,
                },
                timestamp)));

    /// <summary>The same of a service that stops: it is to be sent nothing more, however well its dependencies are.</summary>
    internal HealthResponse WhileStopping() => this with
    {
        Status = Word(HealthStatus.Unhealthy),
        Checks = new Dictionary<string, Check>(Checks) { [HealthCheckNames.Shutdown] = new(Word(HealthStatus.Unhealthy), 0, "The service is stopping.", Timestamp) },
    };

    private static string Word(HealthStatus status) => status switch
    {
        HealthStatus.Healthy => "healthy",
        HealthStatus.Degraded => "degraded",
        _ => "unhealthy",
    };

    /// <summary>One dependency.</summary>
    /// <param name="Status"><c>healthy</c>, or what its failure means for the service: <c>degraded</c> or <c>unhealthy</c>.</param>
    /// <param name="ResponseTime">Milliseconds.</param>
    /// <param name="Error">What is wrong, without addresses or secrets. Left out when nothing is.</param>
    /// <param name="Timestamp">When it was asked, UTC.</param>
    public sealed record Check(
        string Status,
        double ResponseTime,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Error,
        DateTime Timestamp);
}
