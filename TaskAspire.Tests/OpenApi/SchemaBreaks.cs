using System.Globalization;
using System.Text.Json.Nodes;

namespace TaskAspire.Tests.OpenApi;

/// <summary>Bodies that break a schema in one place, for each place and each rule of it.</summary>
internal sealed class SchemaBreaks(JsonNode document)
{
    private static readonly string[] NoTimes =
        ["2030-01-01 10:00:00Z", "2030-01-01T10:00:00", "2030-13-01T10:00:00Z", "2030-01-01T24:00:00Z", "2030-01-01T10:00:00.Z", "1960-01-01T10:00:00Z", "2030-01-01"];

    private static readonly string[] NoIds = ["x", "{01980f6e-7c1a-7d3e-9f7b-2a4c6e8d0f12}", "01980f6e7c1a7d3e9f7b2a4c6e8d0f12"];

    /// <summary>So many characters, of two UTF-16 units each.</summary>
    public static string Wide(int characters) => string.Concat(Enumerable.Repeat("\U0001F331", characters));

    /// <summary>The body with something wrong about it, and what it is.</summary>
    public IEnumerable<(string What, JsonNode? Body)> Of(JsonNode? body, JsonNode schema)
    {
        schema = document.Resolve(schema);
        if (schema["oneOf"] is JsonArray choices)
        {
            return Of(body, choices.Single(choice => choice!["type"]?.ToString() != "null")!).Where(b => b.Body is not null);
        }

        return Replacements(schema).Concat(body switch
        {
            JsonObject found => Members(found, schema),
            JsonArray items => Items(items, schema),
            _ => [],
        });
    }

    private IEnumerable<(string What, JsonNode? Body)> Members(JsonObject body, JsonNode schema)
    {
        if (schema["additionalProperties"] is JsonValue)
        {
            yield return ("a member that is none", With(body, "nobodyKnowsIt", true));
        }

        foreach (var required in schema["required"]?.AsArray() ?? [])
        {
            var without = body.DeepClone().AsObject();
            without.Remove(required!.ToString());
            yield return ($"{required} left out", without);
        }

        foreach (var (name, property) in schema["properties"]?.AsObject() ?? [])
        {
            foreach (var (what, value) in Of(body[name]?.DeepClone(), property!))
            {
                yield return ($"{name}: {what}", With(body, name, value));
            }
        }
    }

    private IEnumerable<(string What, JsonNode? Body)> Items(JsonArray body, JsonNode schema)
    {
        if (body.Count > 0 && schema["uniqueItems"] is not null)
        {
            yield return ("the same twice", new JsonArray(body[0]?.DeepClone(), body[0]?.DeepClone()));
        }

        foreach (var (what, item) in Of(body.FirstOrDefault()?.DeepClone(), schema["items"]!))
        {
            yield return ($"[0] {what}", new JsonArray(item?.DeepClone()));
        }
    }

    /// <summary>Values that do not fit, whatever stood there.</summary>
    private static IEnumerable<(string What, JsonNode? Body)> Replacements(JsonNode schema)
    {
        if (schema["enum"] is JsonArray words)
        {
            yield return ("upper case", words[0]!.ToString().ToUpperInvariant() is var upper && upper != words[0]!.ToString() ? upper : "no such word");
            yield return ("two words", $"{words[0]},{words[0]}");
            yield return ("a number", 1);
            yield break;
        }

        List<string> types = [.. schema["type"] switch { JsonArray several => several.Select(t => t!.ToString()), { } one => [one.ToString()], _ => [] }];
        if (types.Count == 0)
        {
            yield break;
        }

        if (!types.Contains("null"))
        {
            yield return ("null", null);
        }

        foreach (var wrong in WrongTypes(types.First(t => t != "null")).Concat(WrongTexts(schema, types)).Concat(WrongNumbers(schema)).Concat(WrongCounts(schema)))
        {
            yield return ($"{wrong?.ToJsonString()[..Math.Min(40, wrong.ToJsonString().Length)]}", wrong);
        }
    }

    private static JsonNode?[] WrongTypes(string type) => type switch
    {
        "string" => [1, true, new JsonArray(), new JsonObject()],
        "integer" => ["1", 1.5, true, 1e300],
        "boolean" => ["true", 1],
        "array" => ["", new JsonObject()],
        _ => ["", new JsonArray()],
    };

    private static IEnumerable<JsonNode?> WrongTexts(JsonNode schema, List<string> types)
    {
        if (!types.Contains("string"))
        {
            return [];
        }

        return (schema["format"]?.ToString() switch
        {
            "date-time" => NoTimes,
            "uuid" => NoIds,
            _ => [
                "a\0b",
                .. Number(schema, "minLength") > 0 ? [""] : Array.Empty<string>(),
                .. schema["pattern"]?.ToString().Contains("\\s", StringComparison.Ordinal) == true ? [" \t"] : Array.Empty<string>(),
                .. Number(schema, "maxLength") is { } most ? [Wide((int)most + 1)] : Array.Empty<string>()],
        }).Select(text => (JsonNode?)JsonValue.Create(text));
    }

    private static IEnumerable<JsonNode?> WrongNumbers(JsonNode schema)
    {
        if (Number(schema, "minimum") is { } least)
        {
            yield return least - 1;
        }

        if (Number(schema, "maximum") is { } most)
        {
            yield return most + 1;
        }
    }

    private static IEnumerable<JsonNode?> WrongCounts(JsonNode schema)
    {
        if (Number(schema, "minItems") > 0)
        {
            yield return new JsonArray();
        }

        if (Number(schema, "maxItems") is { } most)
        {
            yield return new JsonArray([.. Enumerable.Range(0, (int)most + 1).Select(i => (JsonNode?)JsonValue.Create($"{i}"))]);
        }
    }

    private static long? Number(JsonNode schema, string keyword) =>
        schema[keyword] is { } value ? long.Parse(value.ToString(), CultureInfo.InvariantCulture) : null;

    private static JsonObject With(JsonObject body, string name, JsonNode? value)
    {
        var changed = body.DeepClone().AsObject();
        changed[name] = value?.DeepClone();
        return changed;
    }
}
