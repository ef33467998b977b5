using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using TaskAspire.ApiService.Json;

namespace TaskAspire.ApiService.OpenApi;

/// <summary>What the generator cannot see behind converters of our own, and what it takes for possible that never is.</summary>
internal static class ConvertedTypes
{
    public static void Describe(OpenApiSchema schema, OpenApiSchemaTransformerContext context)
    {
        var type = Nullable.GetUnderlyingType(context.JsonTypeInfo.Type) ?? context.JsonTypeInfo.Type;
        if (PlainType(type) is var (json, format))
        {
            schema.Type = json | (IsNullable(context) ? JsonSchemaType.Null : 0);
            schema.Format = format ?? schema.Format;
        }
        else if (type.IsEnum)
        {
            schema.Enum = [.. SchemaWords.Of(EnumWords.Words(type)), .. IsNullable(context) ? [null!] : Array.Empty<JsonNode>()];
        }
        else if (context.JsonTypeInfo.ElementType == typeof(string))
        {
            var text = new OpenApiSchema { Type = JsonSchemaType.String };
            (schema.Items, schema.AdditionalProperties) = context.JsonTypeInfo.Kind == JsonTypeInfoKind.Dictionary ? ((IOpenApiSchema?)null, text) : (text, null);
        }
        else if (context.JsonTypeInfo is { Kind: JsonTypeInfoKind.Enumerable, ElementType: { IsEnum: true } words })
        {
            schema.Items ??= new OpenApiSchema { Type = JsonSchemaType.String, Enum = SchemaWords.Of(EnumWords.Words(words)) };
        }

        if (context.JsonPropertyInfo is { } property)
        {
            if (property is { Set: null, IsGetNullable: false })
            {
                schema.Type &= ~JsonSchemaType.Null;
            }

            FieldRules.Describe(schema, property);
        }
        else if (context.JsonTypeInfo is { Kind: JsonTypeInfoKind.Object } answer && type.GetConstructors().Length == 0)
        {
            // Nothing but an answer, all of whose fields are always there.
            schema.Required = answer.Properties.Select(p => p.Name).ToHashSet(StringComparer.Ordinal);
        }
    }

    /// <summary>A value of any kind may be null, too. The generator writes one of null and anything, of which null is both, and so not one.</summary>
    public static void DescribeAnyValues(OpenApiDocument document)
    {
        foreach (var properties in document.Components!.Schemas!.Values.Select(schema => schema.Properties).OfType<IDictionary<string, IOpenApiSchema>>())
        {
            foreach (var (name, schema) in properties.ToList())
            {
                properties[name] = schema.OneOf?.FirstOrDefault(s => s is OpenApiSchemaReference { Reference.Id: nameof(JsonElement) }) ?? schema;
            }
        }
    }

    /// <summary>What a type is in JSON whose converter hides it; null for all others.</summary>
    internal static (JsonSchemaType Type, string? Format)? PlainType(Type type) => type switch
    {
        _ when type == typeof(string) => (JsonSchemaType.String, null),
        _ when type == typeof(DateTimeOffset) => (JsonSchemaType.String, "date-time"),
        _ when type == typeof(int) => (JsonSchemaType.Integer, "int32"),
        _ when type == typeof(long) => (JsonSchemaType.Integer, "int64"),
        _ => null,
    };

    private static bool IsNullable(OpenApiSchemaTransformerContext context) =>
        Nullable.GetUnderlyingType(context.JsonTypeInfo.Type) is not null
        || (context.JsonPropertyInfo is { } property && (property.Set is null ? property.IsGetNullable : property.IsSetNullable));
}
