using Microsoft.OpenApi;
using Scalar.AspNetCore;

namespace TaskAspire.ApiService.OpenApi;

/// <summary>
/// The OpenAPI 3.1 document. Slices describe what is theirs (routes, summaries, answers); what holds for every route is added
/// here, so that a new one cannot be without it.
/// </summary>
internal static class ApiDocument
{
    /// <summary>The OpenAPI document of the API.</summary>
    public static WebApplicationBuilder AddApiDocument(this WebApplicationBuilder builder)
    {
        builder.Services.AddOpenApi("v1", options =>
        {
            options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
            // HTTP itself says what it is where there is GET; clients would get each method twice.
            options.ShouldInclude = route => route.HttpMethod != HttpMethods.Head;
            options.AddSchemaTransformer((schema, context, _) => Done(() => ConvertedTypes.Describe(schema, context)));
            options.AddOperationTransformer(Bodies.DescribeAsync);
            options.AddOperationTransformer((operation, context, _) => Done(() => Credentials.Describe(operation, context)));
            options.AddOperationTransformer((operation, context, _) => Done(() => ConditionalRequests.Describe(operation, context)));
            options.AddOperationTransformer((operation, context, _) => Done(() => CommonAnswers.Describe(operation, context)));
            options.AddDocumentTransformer((document, _, _) => Done(() => DescribeApi(document)));
            options.AddDocumentTransformer((document, _, _) => Done(() => Areas.Describe(document)));
            options.AddDocumentTransformer((document, _, _) => Done(() => CommonAnswers.AddComponents(document)));
            options.AddDocumentTransformer((document, _, _) => Done(() => ConvertedTypes.DescribeAnyValues(document)));
            options.AddDocumentTransformer((document, _, _) => Done(() => SharedSchemas.Describe(document)));
            options.AddDocumentTransformer((document, _, _) => Done(() => RequestSchemas.Describe(document)));
            options.AddDocumentTransformer((document, _, _) => Done(() => Examples.Add(document)));
            options.AddDocumentTransformer((document, _, _) => Done(() => EventOperations.Describe(document)));
        });
        return builder;
    }

    /// <summary><c>/openapi/v1.json</c>, and <c>/scalar</c> to read and try it.</summary>
    public static WebApplication MapApiDocument(this WebApplication app)
    {
        app.MapOpenApi();
        // Nothing from other hosts, and nothing told to them: it works behind any firewall.
        app.MapScalarApiReference("/scalar", options => options
            .WithTitle("TaskAspire API")
            .AddPreferredSecuritySchemes("bearer")
            .DisableDefaultFonts()
            .DisableTelemetry()
            .DisableAgent()
            .DisableMcp()
            .HideDeveloperTools());
        return app;
    }

    private static void DescribeApi(OpenApiDocument document)
    {
        document.Info = new OpenApiInfo
        {
            Title = "TaskAspire",
            Version = "v1",
            Description =
                """
                Tasks whose reminders and events reach other systems as signed webhooks.

                Errors are RFC 9457 problem details with a stable `type` (docs/problems.md). Times are RFC 3339, UTC. Members that are not known are refused.
                A POST with an `Idempotency-Key` can be repeated without being done twice. Where there is GET, HEAD has the same headers.
                """,
            Contact = new OpenApiContact { Name = "TaskAspire" },
            License = new OpenApiLicense { Name = "MIT", Identifier = "MIT" },
        };
        // Where it was asked for says nothing about where else it runs; relative is true everywhere.
        document.Servers = [new OpenApiServer { Url = "/", Description = "This server" }];
    }

    private static Task Done(Action describe)
    {
        describe();
        return Task.CompletedTask;
    }
}
