using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace TaskAspire.ApiService.Errors;

/// <summary>The answers to what went wrong, as RFC 9457 problem details.</summary>
internal static class Problems
{
    private const string RetryAfterSeconds = "2";

    /// <summary>A dependency is away. Also sets <c>Retry-After</c>.</summary>
    public static ProblemDetails Unavailable(HttpContext context, string service)
    {
        context.Response.Headers.RetryAfter = RetryAfterSeconds;
        var problem = Details(
            StatusCodes.Status503ServiceUnavailable,
            ProblemTypes.ServiceUnavailable,
            $"{service} is not available at the moment. Send the request again after the time in Retry-After.");
        problem.Extensions["service"] = service.ToLowerInvariant();
        return problem;
    }

    /// <summary>400: one field is wrong.</summary>
    /// <param name="field">Its JSON path in camelCase, or the name of the parameter.</param>
    /// <param name="message">What is wrong and what would be right.</param>
    public static ProblemHttpResult Validation(string field, string message) =>
        Validation(new Dictionary<string, string[]> { [field] = [message] });

    /// <summary>400: fields are wrong, each with what would be right.</summary>
    public static ProblemHttpResult Validation(IDictionary<string, string[]> errors) => TypedResults.Problem(ValidationDetails(errors));

    /// <summary>401, with the challenge that RFC 9110 §11.6.1 asks for set by the caller.</summary>
    public static ProblemHttpResult Unauthorized(string type, string detail) => Create(StatusCodes.Status401Unauthorized, type, detail);

    /// <summary>404. Also for what belongs to somebody else: its existence is not the caller's business.</summary>
    public static ProblemHttpResult NotFound(string what) =>
        Create(StatusCodes.Status404NotFound, ProblemTypes.NotFound, $"There is no {what} with this id.");

    /// <summary>409: the database's constraints do not allow it.</summary>
    public static ProblemHttpResult Conflict(string field, string message)
    {
        var problem = Details(StatusCodes.Status409Conflict, ProblemTypes.Conflict, message);
        problem.Extensions["errors"] = new Dictionary<string, string[]> { [field] = [message] };
        return TypedResults.Problem(problem);
    }

    /// <summary>410: what a client last knew is no point from which it can be told all that came after.</summary>
    public static ProblemHttpResult SyncTokenExpired() => Create(
        StatusCodes.Status410Gone,
        ProblemTypes.SyncTokenExpired,
        "What changed since then is not known any more. Forget what was synced and begin anew: GET /api/v1/sync without token.");

    /// <summary>412: the entity tag sent in <c>If-Match</c> is not the current one.</summary>
    public static ProblemHttpResult PreconditionFailed() => Create(
        StatusCodes.Status412PreconditionFailed,
        ProblemTypes.PreconditionFailed,
        "It was changed since it was read. Read it again, apply the change to what it is now, and send the new ETag in If-Match.");

    /// <summary>Any other, with a status, a stable type and a detail that names the remedy.</summary>
    public static ProblemHttpResult Create(int status, string type, string detail) => TypedResults.Problem(Details(status, type, detail));

    /// <summary>What to say where nothing but the status is known.</summary>
    internal static string? Remedy(HttpContext context, int status) => status switch
    {
        StatusCodes.Status400BadRequest => "The request is not as HTTP or JSON have it, or was cut short.",
        StatusCodes.Status404NotFound => "There is no such route. Ids are UUIDs with their hyphens; GET /openapi/v1.json has all routes.",
        StatusCodes.Status405MethodNotAllowed => "The route does not have this method; Allow has those that it has.",
        StatusCodes.Status413PayloadTooLarge => $"The body is too large; at most {MaxMebibytes(context)} MiB is accepted.",
        StatusCodes.Status415UnsupportedMediaType => "The route does not take a body of this kind. Send application/json; an import may be text/csv or text/calendar, too.",
        _ => null,
    };

    internal static ProblemDetails Details(int status, string type, string detail) =>
        new() { Status = status, Type = type, Title = Microsoft.AspNetCore.WebUtilities.ReasonPhrases.GetReasonPhrase(status), Detail = detail };

    internal static HttpValidationProblemDetails ValidationDetails(IDictionary<string, string[]> errors) => new(errors)
    {
        Status = StatusCodes.Status400BadRequest,
        Type = ProblemTypes.Validation,
        Title = "Bad Request",
        Detail = "The request has fields that are not valid; see errors.",
    };

    private static long MaxMebibytes(HttpContext context) =>
        (context.Features.Get<IHttpMaxRequestBodySizeFeature>()?.MaxRequestBodySize ?? 0) / (1024 * 1024);
}
