using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using TaskAspire.ApiService.ApiKeys;
using TaskAspire.ApiService.Auth;

namespace TaskAspire.ApiService.OpenApi;

/// <summary>Which credential an operation asks for, and what it answers without one.</summary>
internal static class Credentials
{
    public const string Bearer = "bearer";
    public const string ApiKey = "apiKey";

    public static readonly IReadOnlyDictionary<string, IOpenApiSecurityScheme> Schemes = new Dictionary<string, IOpenApiSecurityScheme>
    {
        [Bearer] = new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.Http,
            Scheme = Bearer,
            BearerFormat = "JWT",
            Description = "The accessToken of POST /api/v1/auth/login. An API key is taken here, too.",
        },
        [ApiKey] = new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.ApiKey,
            In = ParameterLocation.Header,
            Name = ApiKeyHandler.HeaderName,
            Description = "A key of POST /api/v1/api-keys with the scope that the operation asks for.",
        },
    };

    public static void Describe(OpenApiOperation operation, OpenApiOperationTransformerContext context)
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        if (metadata.OfType<IAllowAnonymous>().Any() || metadata.OfType<IAuthorizeData>().ToList() is not { Count: > 0 } demands)
        {
            operation.Security = [];
            return;
        }

        var scope = demands.Select(d => d.Policy).LastOrDefault(p => AuthPolicies.Scopes.Contains(p));
        operation.Security = [Requirement(Bearer, context)];
        if (scope is not null)
        {
            operation.Security.Add(Requirement(ApiKey, context));
            operation.Description = $"{operation.Description}\n\nScope for an API key: `{scope}`.".Trim();
        }

        operation.AddProblem(StatusCodes.Status401Unauthorized, context.Document);
        operation.AddProblem(StatusCodes.Status403Forbidden, context.Document);
    }

    private static OpenApiSecurityRequirement Requirement(string scheme, OpenApiOperationTransformerContext context) =>
        new() { [new OpenApiSecuritySchemeReference(scheme, context.Document)] = [] };
}
