using System.Text.Json.Nodes;
using NJsonSchema;

namespace TaskAspire.Tests.OpenApi;

/// <summary>Whether an answer, or a webhook, is one that the document knows: its status, its media type, and its body down to the last member.</summary>
internal sealed class DocumentedAnswers
{
    /// <summary>What HTTP itself has beside an answer.</summary>
    private static readonly HashSet<string> OfEveryAnswer = new(StringComparer.OrdinalIgnoreCase)
    {
        "Date", "Server", "Connection", "Transfer-Encoding", "Content-Type", "Content-Length", "Cache-Control", "Pragma", "Expires", "Vary", "Allow", "X-Accel-Buffering", "X-Content-Type-Options",
    };

    private readonly JsonNode _document;
    private readonly JsonSchema _schemas;

    private DocumentedAnswers(JsonNode document, JsonSchema schemas) => (_document, _schemas) = (document, schemas);

    /// <summary>Reads all schemas at once, which takes its time.</summary>
    public static async Task<DocumentedAnswers> ReadAsync(JsonNode document)
    {
        var definitions = Closed(document["components"]!["schemas"]!).AsObject();
        foreach (var (path, item) in document["paths"]!.AsObject())
        {
            foreach (var (method, operation) in item!.AsObject())
            {
                foreach (var (status, answer) in operation!["responses"]!.AsObject())
                {
                    foreach (var (mediaType, media) in answer!["content"]?.AsObject() ?? [])
                    {
                        if (media!["schema"] is { } schema)
                        {
                            definitions[Key(path, method, status, mediaType)] = new JsonObject { ["allOf"] = new JsonArray(Closed(schema)) };
                        }
                    }
                }
            }
        }

        foreach (var (type, item) in document["webhooks"]!.AsObject())
        {
            definitions[type] = new JsonObject { ["allOf"] = new JsonArray(Closed(item!["post"]!["requestBody"]!["content"]!["application/json"]!["schema"]!)) };
        }

        return new DocumentedAnswers(document, await JsonSchema.FromJsonAsync(new JsonObject { ["definitions"] = definitions }.ToJsonString()));
    }

    /// <summary>What is wrong with an answer; null when all is well.</summary>
    public string? FindProblem(string path, string method, int status, string? mediaType, string body, IEnumerable<string> headers)
    {
        var operation = _document["paths"]![path]![method]!;
        if (operation["responses"]![$"{status}"] is not { } answer)
        {
            return $"{status} is not documented: {body}";
        }

        if (headers.FirstOrDefault(h => answer["headers"]?[h] is null && !OfEveryAnswer.Contains(h)) is { } undocumented)
        {
            return $"{status} has a header that is not documented: {undocumented}";
        }

        if (answer["content"] is not JsonObject content)
        {
            return body.Length > 0 ? $"{status} has no body in the document: {body}" : null;
        }

        if (mediaType is null || content[mediaType] is null)
        {
            return $"{status} is not documented to come as {mediaType}: {body}";
        }

        if (!mediaType.EndsWith("json", StringComparison.Ordinal) || !_schemas.Definitions.TryGetValue(Key(path, method, $"{status}", mediaType), out var schema))
        {
            return null;
        }

        var errors = schema.Validate(body);
        return errors.Count == 0 ? null : $"{status} does not fit its schema: {string.Join("; ", errors.Take(3))}: {body}";
    }

    /// <summary>What is wrong with a webhook; null when all is well.</summary>
    public string? FindProblemOfEvent(string type, string body, IReadOnlyCollection<string> headers)
    {
        var parameters = _document["webhooks"]![type]!["post"]!["parameters"]!.AsArray();
        var known = parameters.Select(parameter => (string)parameter!["name"]!).ToHashSet(StringComparer.OrdinalIgnoreCase);
        if (headers.FirstOrDefault(h => !known.Contains(h) && h != "Host" && !OfEveryAnswer.Contains(h)) is { } undocumented)
        {
            return $"{type} has a header that is not documented: {undocumented}";
        }

        if (parameters.FirstOrDefault(parameter => (bool?)parameter!["required"] == true && !headers.Contains((string)parameter["name"]!, StringComparer.OrdinalIgnoreCase)) is { } missing)
        {
            return $"{type} lacks the header {missing["name"]}";
        }

        var errors = _schemas.Definitions[type].Validate(body);
        return errors.Count == 0 ? null : $"{type} does not fit its schema: {string.Join("; ", errors.Take(3))}: {body}";
    }

    private static string Key(string path, string method, string status, string mediaType) => $"{method} {path} {status} {mediaType}";

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
