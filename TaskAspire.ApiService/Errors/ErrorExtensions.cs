using System.Diagnostics;

namespace TaskAspire.ApiService.Errors;

internal static class ErrorExtensions
{
    /// <summary>Every answer above 399 is problem details with a stable type and a trace id.</summary>
    public static WebApplicationBuilder AddProblems(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<IProblemDetailsWriter, ProblemWriter>();
        builder.Services.AddProblemDetails(options => options.CustomizeProblemDetails = context =>
        {
            var problem = context.ProblemDetails;
            var status = problem.Status ?? context.HttpContext.Response.StatusCode;
            if (problem.Type is null || !problem.Type.StartsWith("urn:", StringComparison.Ordinal))
            {
                problem.Type = problem is HttpValidationProblemDetails ? ProblemTypes.Validation : ProblemTypes.ForStatus(status);
            }

            if (problem is HttpValidationProblemDetails validation)
            {
                // The framework's validation names properties as .NET does; clients know them as JSON has them.
                validation.Title = "Bad Request";
                validation.Detail ??= "The request has fields that are not valid; see errors.";
                validation.Errors = validation.Errors.ToDictionary(
                    e => FieldNames.FromProperty(e.Key), e => e.Value.Select(message => FieldNames.InMessage(e.Key, message)).ToArray());
            }

            problem.Detail ??= Problems.Remedy(context.HttpContext, status);
            problem.Instance ??= context.HttpContext.Request.Path;
            problem.Extensions["traceId"] = Activity.Current?.TraceId.ToString() ?? context.HttpContext.TraceIdentifier;
        });
        builder.Services.AddExceptionHandler<ExceptionProblems>();
        // In every environment the same: the handler above answers, not the framework's bare status or developer page.
        builder.Services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = 1024 * 1024;
            kestrel.AddServerHeader = false;
        });
        return builder;
    }

    /// <summary>Must come first in the pipeline.</summary>
    public static WebApplication UseProblems(this WebApplication app)
    {
        app.UseExceptionHandler();
        app.UseStatusCodePages();
        return app;
    }
}
