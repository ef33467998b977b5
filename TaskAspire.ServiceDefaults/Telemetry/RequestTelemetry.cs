using System.Diagnostics;
using System.Security.Claims;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Extensions.Logging;

namespace TaskAspire.ServiceDefaults.Telemetry;

/// <summary>Measures each request and writes its one line in the log. Outermost, so that it sees what the client sees.</summary>
internal sealed class RequestTelemetry(RequestDelegate next, ILogger<RequestTelemetry> logger)
{
    /// <summary>nginx's code for a client that went away before there was an answer.</summary>
    private const int ClientClosedRequest = StatusCodes.Status499ClientClosedRequest;

    public async Task InvokeAsync(HttpContext context)
    {
        var start = Stopwatch.GetTimestamp();
        try
        {
            await next(context);
        }
        catch
        {
            // Also where an answer has begun, as 200 perhaps: what broke off in the middle is a failure.
            Record(context, context.RequestAborted.IsCancellationRequested ? StatusOf(context) : StatusCodes.Status500InternalServerError, start);
            throw;
        }

        Record(context, StatusOf(context), start);
    }

    private static int StatusOf(HttpContext context) =>
        context.Response.HasStarted || !context.RequestAborted.IsCancellationRequested ? context.Response.StatusCode : ClientClosedRequest;

    private void Record(HttpContext context, int statusCode, long start)
    {
        var elapsed = Stopwatch.GetElapsedTime(start);
        var endpoint = EndpointOf(context);
        var route = Routes.Of(endpoint);
        var isStream = endpoint?.Metadata.GetMetadata<IDisableHttpMetricsMetadata>() is not null;
        HttpMetrics.Record(context.Request.Method, route, statusCode, isStream ? null : elapsed.TotalSeconds);

        var level = OperationalPaths.Contains(context.Request.Path) ? LogLevel.Debug
            : statusCode >= StatusCodes.Status500InternalServerError ? LogLevel.Error
            : LogLevel.Information;
        if (!logger.IsEnabled(level))
        {
            return;
        }

        var path = PathOf(context, route);
        // The names are those that the Elastic Common Schema has fields for; see docs/logging.md.
        if (UserOf(context) is { } user)
        {
            logger.Log(
                level,
                "HTTP {Method} {Path} ({Route}) -> {StatusCode} in {ElapsedMilliseconds:0.0} ms, user {UserId}",
                HttpMetrics.KnownMethod(context.Request.Method), path, route, statusCode, elapsed.TotalMilliseconds, user);
        }
        else
        {
            logger.Log(
                level,
                "HTTP {Method} {Path} ({Route}) -> {StatusCode} in {ElapsedMilliseconds:0.0} ms",
                HttpMetrics.KnownMethod(context.Request.Method), path, route, statusCode, elapsed.TotalMilliseconds);
        }
    }

    // The exception handler runs the pipeline again without the endpoint that failed, but says which it was.
    private static Endpoint? EndpointOf(HttpContext context) =>
        context.Features.Get<IExceptionHandlerFeature>()?.Endpoint
        ?? context.Features.Get<IStatusCodeReExecuteFeature>()?.Endpoint
        ?? context.GetEndpoint();

    // Without its query, and only where all that a client chose of it are ids: what is typed where an id belongs may be a token.
    private static string? PathOf(HttpContext context, string route)
    {
        var values = context.Features.Get<IExceptionHandlerFeature>()?.RouteValues ?? context.Request.RouteValues;
        return route != Routes.Unmatched && values.Values.All(IsId) ? context.Request.Path.Value : route;
    }

    private static bool IsId(object? value) => value is string text && Guid.TryParse(text, out _);

    private static string? UserOf(HttpContext context) => context.User.FindFirstValue("sub") ?? context.User.FindFirstValue(ClaimTypes.NameIdentifier);

    /// <summary>Puts it before all that <c>Program.cs</c> adds.</summary>
    internal sealed class First : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.UseMiddleware<RequestTelemetry>();
            next(app);
        };
    }
}
