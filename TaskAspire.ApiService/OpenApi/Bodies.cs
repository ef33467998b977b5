using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace TaskAspire.ApiService.OpenApi;

/// <summary>
/// Merge patches are read as JSON objects (only so can "not sent" be told from null), and their endpoints say with
/// <c>Accepts</c> what may be in them. The generator looks at the handler alone.
/// </summary>
internal static class Bodies
{
    public static async Task DescribeAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        var accepted = context.Description.ActionDescriptor.EndpointMetadata.OfType<IAcceptsMetadata>()
            .LastOrDefault(a => a.RequestType is not null && a.RequestType != typeof(JsonObject));
        if (accepted is null || operation.RequestBody?.Content is not { } content || context.Document is not { } document)
        {
            return;
        }

        var name = accepted.RequestType!.Name;
        if (document.Components?.Schemas?.ContainsKey(name) != true)
        {
            document.AddComponent<IOpenApiSchema>(name, await context.GetOrCreateSchemaAsync(accepted.RequestType, null, cancellationToken));
        }

        foreach (var type in accepted.ContentTypes)
        {
            content[type] = new OpenApiMediaType { Schema = new OpenApiSchemaReference(name, document) };
        }
    }
}
