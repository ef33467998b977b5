using System.Text.Json.Nodes;
using Microsoft.OpenApi;

namespace TaskAspire.ApiService.OpenApi;

/// <summary>The words of a schema's <c>enum</c>.</summary>
internal static class SchemaWords
{
    public static List<JsonNode> Of(IEnumerable<string> words) => [.. words.Select(word => JsonValue.Create(word))];

    /// <summary>A text that is one of these words.</summary>
    public static OpenApiSchema Schema(IEnumerable<string> words, string? description = null)
    {
        string[] all = [.. words], names = [.. all.Select(NameOf)];
        var schema = new OpenApiSchema { Type = JsonSchemaType.String, Enum = Of(all), Description = description };
        if (!names.SequenceEqual(all))
        {
            // Clients make names of words, and have only numbers for those in which they find none (VALUE_1 for -createdAt).
            schema.AddExtension("x-enum-varnames", new JsonNodeExtension(new JsonArray([.. names.Select(name => JsonValue.Create(name))])));
        }

        return schema;
    }

    private static string NameOf(string word) => word switch
    {
        ['-', .. var field] => $"{field}_descending",
        [>= '0' and <= '9', ..] => $"last_{word}",
        _ => word.Replace("*", "all", StringComparison.Ordinal).Replace('.', '_'),
    };
}
