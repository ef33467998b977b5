using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace TaskAspire.ServiceDefaults.Health;

/// <summary><c>/health</c> (readiness) and <c>/alive</c> (liveness).</summary>
internal static class HealthEndpoints
{
    public const string HealthPath = "/health";
    public const string AlivePath = "/alive";
    private static readonly string[] Methods = [HttpMethods.Get, HttpMethods.Head];

    public static WebApplicationBuilder AddHealthDefaults(this WebApplicationBuilder builder)
    {
        builder.Services.AddHealthChecks();
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<HealthReporter>();
        return builder;
    }

    public static void MapHealthEndpoints(this WebApplication app)
    {
        // Past authentication, limits and all else: a credential that cannot be checked because the database is away must not keep
        // the answer that says so from being given.
        app.MapMethods(HealthPath, Methods, ReportAsync).ShortCircuit().ExcludeFromDescription();
        app.MapMethods(AlivePath, Methods, () => Results.Text("alive")).ShortCircuit().ExcludeFromDescription();
    }

    private static async Task<IResult> ReportAsync(HealthReporter reporter, HttpResponse response, CancellationToken cancellationToken)
    {
        var report = await reporter.ReportAsync(cancellationToken);
        response.Headers.CacheControl = "no-store";
        return Results.Json(report, statusCode: report.Status == "unhealthy" ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status200OK);
    }
}
