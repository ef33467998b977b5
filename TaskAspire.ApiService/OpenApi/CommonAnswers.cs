using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;
using Microsoft.OpenApi;
using TaskAspire.ApiService.Errors;
using TaskAspire.ApiService.Idempotency;
using TaskAspire.ApiService.Tasks.Bulk;
using TaskAspire.ApiService.Writing;

namespace TaskAspire.ApiService.OpenApi;

/// <summary>What every operation of the API may answer beside its own answers, and the headers that go with them.</summary>
internal static class CommonAnswers
{
    public const string ETagExample = "\"3-0c85b39d1274655a\"";

    private const string Problem = "Problem";
    private const string ProblemMediaType = "application/problem+json";
    private const string ReplayedHeader = "Idempotent-Replayed";
    private const string CacheHeader = "X-Cache";
    private const string AcceptPatchHeader = "Accept-Patch";

    /// <summary>Headers of single operations.</summary>
    private static readonly (string Operation, int Status, string Header)[] OwnHeaders =
    [
        ("listTasks", StatusCodes.Status200OK, CacheHeader),
        ("listTasks", StatusCodes.Status200OK, HeaderNames.Age),
        ("createTask", StatusCodes.Status201Created, HeaderNames.Link),
        ("replaceTask", StatusCodes.Status200OK, HeaderNames.Link),
        ("patchTask", StatusCodes.Status200OK, HeaderNames.Link),
        ("completeTask", StatusCodes.Status200OK, HeaderNames.Link),
        ("exportTasks", StatusCodes.Status200OK, HeaderNames.ContentDisposition),
    ];

    private static readonly string[] LimitHeaders = ["RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset"];

    public static void Describe(OpenApiOperation operation, OpenApiOperationTransformerContext context)
    {
        if (context.Description.RelativePath?.StartsWith("api/", StringComparison.Ordinal) != true)
        {
            return;
        }

        foreach (var parameter in operation.Parameters?.OfType<OpenApiParameter>().Where(p => p.In == ParameterLocation.Path) ?? [])
        {
            parameter.Description ??= "Its id.";
        }

        // A parameter that there is not, two credentials, a body that is wrong.
        operation.AddProblem(StatusCodes.Status400BadRequest, context.Document);
        if (operation.RequestBody is not null)
        {
            operation.AddProblem(StatusCodes.Status413PayloadTooLarge, context.Document);
            operation.AddProblem(StatusCodes.Status415UnsupportedMediaType, context.Document);
        }

        if (context.Description.HttpMethod == HttpMethods.Post)
        {
            DescribeIdempotency(operation, context.Document);
        }

        operation.AddProblem(StatusCodes.Status429TooManyRequests, context.Document);
        operation.AddProblem(StatusCodes.Status503ServiceUnavailable, context.Document);
        foreach (var (status, answer) in operation.Responses!)
        {
            Complete((OpenApiResponse)answer, int.Parse(status, CultureInfo.InvariantCulture), context.Document);
            if (status == "400" && operation.Security is { Count: > 0 })
            {
                // RFC 6750 §3.1: two credentials are a bad request.
                ((OpenApiResponse)answer).AddHeader(HeaderNames.WWWAuthenticate, context.Document);
            }
        }

        foreach (var (_, status, header) in OwnHeaders.Where(own => own.Operation == operation.OperationId))
        {
            ((OpenApiResponse)operation.Responses[status.ToString(CultureInfo.InvariantCulture)]).AddHeader(header, context.Document);
        }

        if (context.Description.HttpMethod == HttpMethods.Patch)
        {
            ((OpenApiResponse)operation.Responses[StatusCodes.Status415UnsupportedMediaType.ToString(CultureInfo.InvariantCulture)]).AddHeader(AcceptPatchHeader, context.Document);
        }
    }

    public static void AddComponents(OpenApiDocument document)
    {
        document.Components ??= new OpenApiComponents();
        document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>(Credentials.Schemes);
        document.Components.Headers = new Dictionary<string, IOpenApiHeader>
        {
            [LimitHeaders[0]] = Header("Requests allowed in a window.", Integer(), 100),
            [LimitHeaders[1]] = Header("Requests left in this window.", Integer(), 97),
            [LimitHeaders[2]] = Header("Seconds until the window ends.", Integer(), 42),
            [HeaderNames.RetryAfter] = Header("Seconds to wait before sending it again; with 409 only where an earlier request with the same Idempotency-Key is still under way.", Integer(), 2),
            [HeaderNames.ETag] = Header("The state of what is answered, for If-Match and If-None-Match. Send it as it came: what is in it is not for clients to know, and not version alone.", Text(), ETagExample),
            [HeaderNames.Location] = Header("Where what was created is, or what becomes of it.", Text("uri-reference"), "/api/v1/tasks/01980f6e-7c1a-7d3e-9f7b-2a4c6e8d0f12"),
            [HeaderNames.WWWAuthenticate] = Header("How to show a credential, and what is wrong with the one that was sent (RFC 6750 §3); with 400, only where two were sent.", Text(), "Bearer"),
            [HeaderNames.Link] = Header("The next occurrence, when a task that recurs was completed (RFC 8288); otherwise left out.", Text(), "</api/v1/tasks/01980f6e-7c1a-7d3e-9f7b-2a4c6e8d0f12>; rel=\"next\""),
            [HeaderNames.ContentDisposition] = Header("A name for the file.", Text(), "attachment; filename=taskaspire-2026-11-25.json"),
            [CacheHeader] = Header("hit when the list came from the cache, which never has an older state than the last write; else miss.", Text(), "miss"),
            [HeaderNames.Age] = Header("Seconds since the list was read, when it came from the cache (RFC 9111 §5.1); otherwise left out.", Integer(), 12),
            [AcceptPatchHeader] = Header("The media types of a patch (RFC 5789).", Text(), $"{BodyKinds.MergePatch}, {BodyKinds.Json}"),
            [ReplayedHeader] = Header("true when this is the answer to an earlier request with the same Idempotency-Key; otherwise left out.", Text(), "true"),
        };
        document.Components.Schemas ??= new Dictionary<string, IOpenApiSchema>();
        document.Components.Schemas[Problem] = ProblemSchema();
        // What the framework calls a problem (ours has more in it), and bodies before they were described.
        foreach (var unused in new[] { "ProblemDetails", "HttpValidationProblemDetails", nameof(JsonObject), nameof(BulkBody) })
        {
            document.Components.Schemas.Remove(unused);
        }
    }

    /// <summary>The operation may answer with a problem of this status.</summary>
    public static void AddProblem(this OpenApiOperation operation, int status, OpenApiDocument? document)
    {
        operation.Responses ??= [];
        operation.Responses.TryAdd(
            status.ToString(CultureInfo.InvariantCulture),
            new OpenApiResponse { Description = ReasonPhrases.GetReasonPhrase(status), Content = ProblemContent(document) });
    }

    /// <summary>The answers below 300.</summary>
    public static IEnumerable<OpenApiResponse> Successes(this OpenApiOperation operation) =>
        operation.Responses!.Where(r => r.Key.StartsWith('2')).Select(r => (OpenApiResponse)r.Value);

    /// <summary>The answer carries one of the headers of <see cref="AddComponents"/>.</summary>
    public static void AddHeader(this OpenApiResponse answer, string name, OpenApiDocument? document)
    {
        answer.Headers ??= new Dictionary<string, IOpenApiHeader>();
        answer.Headers[name] = new OpenApiHeaderReference(name, document);
    }

    private static void DescribeIdempotency(OpenApiOperation operation, OpenApiDocument? document)
    {
        operation.Parameters ??= [];
        operation.Parameters.Add(new OpenApiParameter
        {
            Name = IdempotentRequest.HeaderName,
            In = ParameterLocation.Header,
            Description = "Makes the request safe to repeat: for 24 hours, the same request with the same key gets the first answer and is not done again.",
            Schema = new OpenApiSchema { Type = JsonSchemaType.String, MinLength = 1, MaxLength = Data.Idempotency.IdempotencyKey.KeyMaxLength, Pattern = "^[!-~]+$" },
            Example = "7c9e6679-7425-40de-944b-e07fc1f90ae7",
        });
        operation.AddProblem(StatusCodes.Status409Conflict, document);
        operation.AddProblem(StatusCodes.Status422UnprocessableEntity, document);
        foreach (var answer in operation.Successes())
        {
            answer.AddHeader(ReplayedHeader, document);
        }
    }

    private static void Complete(OpenApiResponse answer, int status, OpenApiDocument? document)
    {
        if (status >= 400)
        {
            answer.Content = ProblemContent(document, status);
        }

        foreach (var name in LimitHeaders)
        {
            answer.AddHeader(name, document);
        }

        switch (status)
        {
            case StatusCodes.Status201Created or StatusCodes.Status202Accepted:
                answer.AddHeader(HeaderNames.Location, document);
                break;
            case StatusCodes.Status401Unauthorized or StatusCodes.Status403Forbidden:
                answer.AddHeader(HeaderNames.WWWAuthenticate, document);
                break;
            case StatusCodes.Status409Conflict or StatusCodes.Status429TooManyRequests or StatusCodes.Status503ServiceUnavailable:
                answer.AddHeader(HeaderNames.RetryAfter, document);
                break;
        }
    }

    private static Dictionary<string, OpenApiMediaType> ProblemContent(OpenApiDocument? document, int status = 0) => new()
    {
        [ProblemMediaType] = new OpenApiMediaType { Schema = new OpenApiSchemaReference(Problem, document), Example = status == 0 ? null : ProblemExample(status) },
    };

    private static JsonObject ProblemExample(int status)
    {
        var problem = new JsonObject
        {
            ["type"] = status == StatusCodes.Status400BadRequest ? ProblemTypes.Validation : ProblemTypes.ForStatus(status),
            ["title"] = ReasonPhrases.GetReasonPhrase(status),
            ["status"] = status,
            ["detail"] = "What went wrong, and what to do about it.",
            ["instance"] = "/api/v1/tasks",
            ["traceId"] = "4bf92f3577b34da6a3ce929d0e0e4736",
        };
        switch (status)
        {
            case StatusCodes.Status400BadRequest:
                problem["errors"] = new JsonObject { ["title"] = new JsonArray("The title must have 1 to 200 characters.") };
                break;
            case StatusCodes.Status429TooManyRequests:
                problem["error"] = "Too many API requests";
                problem["retryAfter"] = 42;
                break;
            case StatusCodes.Status503ServiceUnavailable:
                problem["service"] = "database";
                break;
        }

        return problem;
    }

    private static OpenApiSchema ProblemSchema() => new()
    {
        Type = JsonSchemaType.Object,
        Description = "RFC 9457 problem details.",
        Required = new HashSet<string> { "type", "title", "status", "traceId" },
        Properties = new Dictionary<string, IOpenApiSchema>
        {
            ["type"] = Described(Text("uri"), "What kind of problem it is; stable, to branch on (docs/problems.md)."),
            ["title"] = Described(Text(), "The status in words."),
            ["status"] = Described(Integer(), "The status."),
            ["detail"] = Described(Text(), "What went wrong, and what to do about it."),
            ["instance"] = Described(Text("uri-reference"), "The path that was asked for."),
            ["traceId"] = Described(Text(), "Finds the request in traces and logs."),
            ["errors"] = new OpenApiSchema
            {
                Type = JsonSchemaType.Object,
                Description = "What is wrong, by field.",
                AdditionalProperties = new OpenApiSchema { Type = JsonSchemaType.Array, Items = Text() },
            },
            ["error"] = Described(Text(), "Which limit was reached, with 429."),
            ["retryAfter"] = Described(Integer(), "Seconds to wait, with 429."),
            ["service"] = Described(Text(), "Which dependency is away, with 503."),
        },
    };

    private static OpenApiSchema Described(OpenApiSchema schema, string description)
    {
        schema.Description = description;
        return schema;
    }

    private static OpenApiHeader Header(string description, OpenApiSchema schema, JsonNode example) => new() { Description = description, Schema = schema, Example = example };

    private static OpenApiSchema Integer() => new() { Type = JsonSchemaType.Integer };

    private static OpenApiSchema Text(string? format = null) => new() { Type = JsonSchemaType.String, Format = format };
}
