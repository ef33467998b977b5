using System.Text.Json.Nodes;

namespace TaskAspire.ApiService.OpenApi;

/// <summary>The words of a schema's <c>enum</c>.</summary>
internal static class SchemaWords
{
    public static List<JsonNode> Of(IEnumerable<string> words) => [.. words.Select(word => JsonValue.Create(word))];
}
