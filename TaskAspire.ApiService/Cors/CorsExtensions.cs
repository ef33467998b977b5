using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using TaskAspire.ServiceDefaults.Configuration;

namespace TaskAspire.ApiService.Cors;

internal static class CorsExtensions
{
    /// <summary>The longest that any browser remembers the answer to a preflight (Chromium's bound).</summary>
    private static readonly TimeSpan PreflightLifetime = TimeSpan.FromHours(2);

    /// <summary>What scripts may read beside the few headers that browsers show by themselves: all that <c>openapi.json</c> describes.</summary>
    private static readonly string[] ExposedHeaders =
    [
        "Accept-Patch", HeaderNames.Age, HeaderNames.ContentDisposition, HeaderNames.ETag, "Idempotent-Replayed", HeaderNames.Link, HeaderNames.Location,
        "RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset", HeaderNames.RetryAfter, HeaderNames.WWWAuthenticate, "X-Cache",
    ];

    /// <summary>Adds what lets web pages of other origins call the API.</summary>
    public static WebApplicationBuilder AddCrossOriginRequests(this WebApplicationBuilder builder)
    {
        builder.Services.AddSettings<CrossOriginOptions>(CrossOriginOptions.Section);
        builder.Services.AddCors();
        builder.Services.AddOptions<CorsOptions>().Configure<IOptions<CrossOriginOptions>>((cors, options) => cors.AddDefaultPolicy(policy => policy
            // The framework knows the sign for all only where it stands alone.
            .WithOrigins(options.Value.Origins.Contains(CrossOriginOptions.AnyOrigin) ? [CrossOriginOptions.AnyOrigin] : [.. options.Value.Origins])
            .AllowAnyMethod()
            .AllowAnyHeader()
            .WithExposedHeaders(ExposedHeaders)
            .SetPreflightMaxAge(PreflightLifetime)));
        return builder;
    }

    /// <summary>
    /// Must come before all that refuses a request: a preflight carries no credentials and counts against no limit, and a page can read no answer, not even an error, without these headers.
    /// </summary>
    public static WebApplication UseCrossOriginRequests(this WebApplication app)
    {
        app.UseCors();
        return app;
    }
}
