using System.Text.Json.Nodes;

namespace TaskAspire.Tests.Attacks;

/// <summary>Valid bodies, made from the schemas of the API's description: its required members, with values that their names ask for.</summary>
internal sealed class SampleBodies(JsonObject document)
{
    /// <summary>What a schema does not tell.</summary>
    private static readonly Dictionary<string, Func<JsonNode>> Known = new()
    {
        ["email"] = () => $"{Guid.NewGuid():N}@example.com",
        ["password"] = () => "Correct-Horse-7",
        ["currentPassword"] = () => "Wrong-Horse-7",
        ["newPassword"] = () => "Another-Horse-8",
        ["name"] = () => $"n{Guid.NewGuid():N}",
        ["url"] = () => "http://127.0.0.1:9/hook",
        ["events"] = () => new JsonArray("task.created"),
        ["scopes"] = () => new JsonArray("tasks:read"),
    };

    /// <summary>A body for an operation; null when it takes none, or one that is no JSON object.</summary>
    public JsonObject? For(JsonObject operation)
    {
        if (operation["requestBody"]?["content"] is not JsonObject content || content.First().Value?["schema"] is not { } schema)
        {
            return null;
        }

        return Sample("", schema.AsObject()) as JsonObject;
    }

    private JsonNode Sample(string name, JsonObject schema)
    {
        schema = Resolve(schema);
        if (Known.TryGetValue(name, out var known))
        {
            return known();
        }

        if (schema["enum"] is JsonArray { Count: > 0 } words)
        {
            return words.First(word => word is not null)!.DeepClone();
        }

        return TypeOf(schema) switch
        {
            "object" => Object(schema),
            "array" => schema["minItems"] is null ? [] : new JsonArray(Sample("", schema["items"]!.AsObject())),
            "integer" or "number" => schema["minimum"]?.DeepClone() ?? 1,
            "boolean" => false,
            _ => (string?)schema["format"] switch
            {
                "uuid" => Guid.NewGuid().ToString(),
                "date-time" => DateTimeOffset.UtcNow.AddYears(1).ToString("yyyy-MM-ddTHH:mm:ssZ", System.Globalization.CultureInfo.InvariantCulture),
                _ => "x",
            },
        };
    }

    private JsonObject Object(JsonObject schema)
    {
        var sample = new JsonObject();
        foreach (var required in schema["required"]?.AsArray() ?? [])
        {
            var name = required!.GetValue<string>();
            sample[name] = Sample(name, schema["properties"]![name]!.AsObject());
        }

        return sample;
    }

    private JsonObject Resolve(JsonObject schema)
    {
        var candidate = (schema["oneOf"] ?? schema["anyOf"])?.AsArray().FirstOrDefault(s => (string?)s!["type"] != "null")?.AsObject();
        if (candidate is not null)
        {
            return Resolve(candidate);
        }

        return (string?)schema["$ref"] is { } reference ? Resolve(document["components"]!["schemas"]![reference.Split('/')[^1]]!.AsObject()) : schema;
    }

    private static string? TypeOf(JsonObject schema) => schema["type"] switch
    {
        JsonArray types => types.Select(t => (string?)t).First(t => t != "null"),
        { } type => (string?)type,
        null => schema["properties"] is null ? null : "object",
    };
}
