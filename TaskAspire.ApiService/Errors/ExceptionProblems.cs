using System.Text.Json;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;
using TaskAspire.Data;
using TaskAspire.ServiceDefaults.Errors;

namespace TaskAspire.ApiService.Errors;

/// <summary>
/// Turns what is thrown into problem details: what the client sent wrong into 4xx with the field named, a dependency that is
/// away into 503 with <c>Retry-After</c> and the name of the service, all else into 500 without any of its text.
/// </summary>
internal sealed class ExceptionProblems(IProblemDetailsService problems, ILogger<ExceptionProblems> logger) : IExceptionHandler
{
    // https://www.postgresql.org/docs/current/errcodes-appendix.html
    private const string IdleInTransactionSessionTimeout = "25P03";

    public async ValueTask<bool> TryHandleAsync(HttpContext context, Exception exception, CancellationToken cancellationToken)
    {
        if (context.RequestAborted.IsCancellationRequested && exception is OperationCanceledException)
        {
            // Nobody is there to read an answer.
            context.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
            return true;
        }

        var problem = Describe(context, exception);
        context.Response.StatusCode = problem.Status ?? StatusCodes.Status500InternalServerError;
        return await problems.TryWriteAsync(new ProblemDetailsContext { HttpContext = context, ProblemDetails = problem, Exception = exception });
    }

    private ProblemDetails Describe(HttpContext context, Exception exception)
    {
        switch (exception)
        {
            case BadHttpRequestException bad:
                return DescribeBadRequest(context, bad);
            case IntegrationException integration:
                logger.LogError("{Service} is not available: {Reason}", integration.Service, integration.GetBaseException().Message);
                return Problems.Unavailable(context, integration.Service);
            case PostgresException or DbUpdateException { InnerException: PostgresException } when IsOfDeletedUser(exception):
                context.Response.Headers.WWWAuthenticate = "Bearer error=\"invalid_token\"";
                return Problems.Details(StatusCodes.Status401Unauthorized, ProblemTypes.Unauthorized, "The account was deleted.");
            case RetryLimitExceededException or NpgsqlException or DbUpdateException { InnerException: NpgsqlException } or TimeoutException
                when IsAway(exception):
                // A line, not a stack: while it is away this is what every request says.
                logger.LogError("The database is not available: {Reason}", exception.GetBaseException().Message);
                return Problems.Unavailable(context, "Database");
            default:
                logger.LogError(exception, "A request failed");
                return Internal();
        }
    }

    /// <summary>Whether a write ran against the deletion of the account it was for.</summary>
    private static bool IsOfDeletedUser(Exception exception) =>
        (exception as PostgresException ?? exception.InnerException) is PostgresException { SqlState: PostgresErrorCodes.ForeignKeyViolation } postgres
        && ConstraintNames.IsOwner(postgres.ConstraintName);

    /// <summary>Whether the database is to blame, and may be back when it is tried again.</summary>
    internal static bool IsAway(Exception exception) => exception switch
    {
        RetryLimitExceededException or TimeoutException or DatabaseException => true,
        DbUpdateException { InnerException: { } inner } => IsAway(inner),
        // Statements that the server refused for what they are do not get better by trying again.
        // The last of them: this process was frozen in the middle of a transaction, for longer than the server waits.
        PostgresException postgres => postgres.IsTransient || postgres.SqlState is PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown
            or IdleInTransactionSessionTimeout,
        NpgsqlException => true,
        _ => false,
    };

    private static ProblemDetails DescribeBadRequest(HttpContext context, BadHttpRequestException exception)
    {
        if (exception.InnerException is JsonException json)
        {
            return JsonProblems.Describe(json);
        }

        return exception.StatusCode switch
        {
            StatusCodes.Status413PayloadTooLarge => Problems.Details(
                exception.StatusCode, ProblemTypes.PayloadTooLarge, Problems.Remedy(context, exception.StatusCode)!),
            StatusCodes.Status415UnsupportedMediaType => Problems.Details(
                exception.StatusCode, ProblemTypes.UnsupportedMediaType, "Send the body as application/json."),
            // Parameters are read by the slices themselves, so what is left is a body that is not there.
            StatusCodes.Status400BadRequest => Problems.Details(
                exception.StatusCode, ProblemTypes.MalformedRequest, "A JSON body is expected; it was empty, null or cut short."),
            var status => Problems.Details(status, ProblemTypes.ForStatus(status), exception.Message),
        };
    }

    private static ProblemDetails Internal() => Problems.Details(
        StatusCodes.Status500InternalServerError, ProblemTypes.Internal, "Something went wrong on our side. Quote the traceId when you report it.");
}
