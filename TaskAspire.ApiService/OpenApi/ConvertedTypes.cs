using System.Reflection;
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
            // The values of a dictionary come once more by themselves, without what tells whether they may be null.
            var mayBeNull = IsNullable(context) || (context.JsonPropertyInfo is null && schema.Type?.HasFlag(JsonSchemaType.Null) == true);
            schema.Type = json | (mayBeNull ? JsonSchemaType.Null : 0);
            schema.Format = format ?? schema.Format;
        }
        else if (type.IsEnum)
        {
            schema.Type = JsonSchemaType.String | (IsNullable(context) ? JsonSchemaType.Null : 0);
            schema.Enum = [.. SchemaWords.Of(EnumWords.Words(type)), .. IsNullable(context) ? [null!] : Array.Empty<JsonNode>()];
        }
        else if (context.JsonTypeInfo.ElementType == typeof(string))
        {
            var text = new OpenApiSchema { Type = JsonSchemaType.String | (HoldsNulls(context) ? JsonSchemaType.Null : 0) };
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

    /// <summary>
    /// A value of any kind is an empty schema, null being such a value, too. The generator gives it the name of a .NET type, which some clients
    /// take for an object and then fail to read a text as one, and writes one of null and anything, of which null is both, and so not one.
    /// </summary>
    public static void DescribeAnyValues(OpenApiDocument document)
    {
        string[] any = [nameof(JsonElement), nameof(JsonNode)];
        var schemas = document.Components!.Schemas!;
        foreach (var properties in schemas.Values.Select(schema => schema.Properties).OfType<IDictionary<string, IOpenApiSchema>>())
        {
            foreach (var (name, schema) in properties.ToList())
            {
                var reference = (schema.OneOf ?? []).Append(schema).OfType<OpenApiSchemaReference>().FirstOrDefault(s => any.Contains(s.Reference.Id));
                properties[name] = reference is null ? schema : new OpenApiSchema { Description = reference.Description };
            }
        }

        Array.ForEach(any, name => schemas.Remove(name));
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

    private static bool HoldsNulls(OpenApiSchemaTransformerContext context) =>
        context.JsonPropertyInfo?.AttributeProvider is PropertyInfo property
        && new NullabilityInfoContext().Create(property).GenericTypeArguments is [.., { ReadState: NullabilityState.Nullable }];
}
