using System.Text.Json.Nodes;

namespace TaskAspire.Tests.OpenApi;

internal static class SchemaReferences
{
    /// <summary>The schema that is meant, where the document only refers to it.</summary>
    public static JsonNode Resolve(this JsonNode document, JsonNode schema)
    {
        while (schema["$ref"] is { } reference)
        {
            schema = document["components"]!["schemas"]![reference.GetValue<string>()["#/components/schemas/".Length..]]!;
        }

        return schema;
    }
}
