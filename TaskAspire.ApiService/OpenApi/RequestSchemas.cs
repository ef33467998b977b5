using Microsoft.OpenApi;
using TaskAspire.ApiService.Json;

namespace TaskAspire.ApiService.OpenApi;

/// <summary>What holds for every text and every time that is sent, whatever field it is in.</summary>
internal static class RequestSchemas
{
    /// <summary>PostgreSQL cannot store U+0000.</summary>
    public const string Text = @"^[^\u0000]*$";

    public static void Describe(OpenApiDocument document)
    {
        var seen = new HashSet<OpenApiSchema>();
        foreach (var operation in document.Paths.Values.SelectMany(path => path.Operations?.Values ?? Enumerable.Empty<OpenApiOperation>()))
        {
            if (operation.RequestBody is { Required: false, Content: { } content })
            {
                // JSON's way to leave it out.
                foreach (var media in content.Values.Where(media => media.Schema is OpenApiSchemaReference))
                {
                    media.Schema = OrNull(media.Schema!);
                }
            }

            foreach (var schema in (operation.RequestBody?.Content?.Values ?? Enumerable.Empty<OpenApiMediaType>()).Select(media => media.Schema)
                .Concat((operation.Parameters ?? []).Where(p => p.In == ParameterLocation.Query).Select(p => p.Schema)))
            {
                Describe(schema, document, seen);
            }
        }
    }

    /// <summary>The schema, or null.</summary>
    internal static OpenApiSchema OrNull(IOpenApiSchema schema) => new() { OneOf = [new OpenApiSchema { Type = JsonSchemaType.Null }, schema] };

    private static void Describe(IOpenApiSchema? schema, OpenApiDocument document, HashSet<OpenApiSchema> seen)
    {
        if (schema is OpenApiSchemaReference reference)
        {
            schema = document.Components!.Schemas![reference.Reference.Id!];
        }

        if (schema is not OpenApiSchema own || !seen.Add(own))
        {
            return;
        }

        if (own.Type?.HasFlag(JsonSchemaType.String) == true && own.Enum is null)
        {
            own.Pattern ??= own.Format switch
            {
                null => Text,
                "date-time" => Rfc3339Converter.Years,
                _ => null,
            };
        }

        foreach (var part in (own.Properties?.Values ?? []).Concat(own.OneOf ?? []).Concat(own.AnyOf ?? []).Append(own.Items).Append(own.AdditionalProperties))
        {
            Describe(part, document, seen);
        }
    }
}
