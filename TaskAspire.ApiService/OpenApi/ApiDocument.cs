using Microsoft.OpenApi;
using Scalar.AspNetCore;

namespace TaskAspire.ApiService.OpenApi;

internal static class ApiDocument
{
    private const string BearerScheme = "bearer";

    /// <summary>The OpenAPI document of the API.</summary>
    public static WebApplicationBuilder AddApiDocument(this WebApplicationBuilder builder)
    {
        builder.Services.AddOpenApi("v1", options => options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new OpenApiInfo
            {
                Title = "TaskAspire",
                Version = "v1",
                Description = "Tasks whose reminders and events reach other systems as signed webhooks. Errors are RFC 9457 problem details.",
            };
            document.Components ??= new OpenApiComponents();
            document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
            {
                [BearerScheme] = new OpenApiSecurityScheme
                {
                    Type = SecuritySchemeType.Http,
                    Scheme = BearerScheme,
                    BearerFormat = "JWT",
                    Description = "The accessToken of POST /api/v1/auth/login.",
                },
            };
            document.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(BearerScheme, document)] = [] }];
            return Task.CompletedTask;
        }));
        return builder;
    }

    /// <summary><c>/openapi/v1.json</c>, and <c>/scalar</c> to read and try it.</summary>
    public static WebApplication MapApiDocument(this WebApplication app)
    {
        app.MapOpenApi();
        app.MapScalarApiReference("/scalar", options => options.WithTitle("TaskAspire API"));
        return app;
    }
}
