using System.Text.Json.Nodes;
using NJsonSchema;

namespace TaskAspire.Tests.OpenApi;

/// <summary>Whether an answer is one that the document knows: its status, its media type, and its body down to the last member.</summary>
internal sealed class DocumentedAnswers(JsonNode document)
{
    private readonly Dictionary<string, JsonSchema> _schemas = [];
    private readonly JsonNode _components = Closed(document["components"]!["schemas"]!);

    /// <summary>What is wrong with an answer; null when all is well.</summary>
    public async Task<string?> FindProblemAsync(string path, string method, int status, string? mediaType, string body)
    {
        var operation = document["paths"]![path]![method]!;
        if (operation["responses"]![$"{status}"] is not { } answer)
        {
            return $"{status} is not documented: {body}";
        }

        if (answer["content"] is not JsonObject content)
        {
            return body.Length > 0 ? $"{status} has no body in the document: {body}" : null;
        }

        if (mediaType is null || content[mediaType] is not { } media)
        {
            return $"{status} is not documented to come as {mediaType}: {body}";
        }

        if (!mediaType.EndsWith("json", StringComparison.Ordinal) || media["schema"] is not { } schema)
        {
            return null;
        }

        var key = $"{method} {path} {status} {mediaType}";
        if (!_schemas.TryGetValue(key, out var compiled))
        {
            var whole = new JsonObject { ["allOf"] = new JsonArray(Closed(schema)), ["definitions"] = _components.DeepClone() };
            _schemas[key] = compiled = await JsonSchema.FromJsonAsync(whole.ToJsonString());
        }

        var errors = compiled.Validate(body);
        return errors.Count == 0 ? null : $"{status} does not fit its schema: {string.Join("; ", errors.Take(3))}: {body}";
    }

    /// <summary>With the references where they are now, and no room for a member that is not documented.</summary>
    private static JsonNode Closed(JsonNode schema)
    {
        var closed = JsonNode.Parse(schema.ToJsonString().Replace("#/components/schemas/", "#/definitions/", StringComparison.Ordinal))!;
        Close(closed);
        return closed;

        static void Close(JsonNode? node)
        {
            switch (node)
            {
                case JsonObject found:
                    foreach (var (_, value) in found)
                    {
                        Close(value);
                    }

                    if (found["properties"] is JsonObject && found["type"] is JsonValue && !found.ContainsKey("additionalProperties"))
                    {
                        found["additionalProperties"] = false;
                    }

                    break;
                case JsonArray items:
                    foreach (var item in items)
                    {
                        Close(item);
                    }

                    break;
            }
        }
    }
}
