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
        app.MapMethods(HealthPath, Methods, ReportAsync).AllowAnonymous().ExcludeFromDescription();
        app.MapMethods(AlivePath, Methods, () => Results.Text("alive")).AllowAnonymous().ExcludeFromDescription();
    }

    private static async Task<IResult> ReportAsync(HealthReporter reporter, HttpResponse response, CancellationToken cancellationToken)
    {
        var report = await reporter.ReportAsync(cancellationToken);
        response.Headers.CacheControl = "no-store";
        return Results.Json(report, statusCode: report.Status == "unhealthy" ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status200OK);
    }
}
