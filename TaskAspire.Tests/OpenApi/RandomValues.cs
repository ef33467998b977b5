using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace TaskAspire.Tests.OpenApi;

/// <summary>Draws values from schemas: mostly ones that fit, and some that nearly do or not at all.</summary>
internal sealed class RandomValues(Random random, JsonNode document)
{
    private const int MaxRemembered = 60;
    private static readonly string[] Nasty =
        ["", " ", "\u0000", "a\r\nb", "\u202Eabc", "𝄞", "ß", "\ud800", "' OR 1=1 --", "%_\\", "{{7*7}}", "<script>", "../..", "=1+1", "NaN", "ﷺ", "null"];

    /// <summary>Places from which a list or a stream goes on; they look like nothing that could be made up.</summary>
    private static readonly string[] Places = ["nextCursor", "nextToken"];

    private readonly Dictionary<string, List<string>> _ids = [];
    private readonly List<string> _places = [];
    private readonly Dictionary<string, string> _etags = [];

    /// <summary>Remembers what an answer tells of, so that later requests are about something that is there.</summary>
    /// <param name="answer">The answer.</param>
    /// <param name="kind">See <see cref="KindOf"/>.</param>
    public void Learn(JsonNode? answer, string kind)
    {
        switch (answer)
        {
            case JsonObject found:
                foreach (var (name, value) in found)
                {
                    if (value is not JsonValue text)
                    {
                        Learn(value, kind);
                    }
                    else if (Places.Contains(name))
                    {
                        Remember(_places, text.ToString());
                    }
                    else if (name.EndsWith("id", StringComparison.OrdinalIgnoreCase) && Guid.TryParse(text.ToString(), out _))
                    {
                        Remember(Ids(name is "id" ? kind : name), text.ToString());
                    }
                }

                break;
            case JsonArray items:
                foreach (var item in items)
                {
                    Learn(item, kind);
                }

                break;
        }
    }

    /// <summary>What the ids of a route are of: <c>tasks</c> of <c>/api/v1/tasks/{id}/history</c>.</summary>
    public static string KindOf(string path) => path.EndsWith("/deliveries", StringComparison.Ordinal) ? "webhook-deliveries" : path.Split('/').ElementAtOrDefault(3) ?? "";

    public void LearnETag(string path, string etag) => _etags[path] = etag;

    /// <summary>True in this many of a hundred cases.</summary>
    public bool Chance(int percent) => random.Next(100) < percent;

    public T OneOf<T>(IReadOnlyList<T> values) => values[random.Next(values.Count)];

    /// <summary>A value of a header, a part of a path or of a query.</summary>
    public string Text(JsonNode parameter, string path) => parameter["name"]!.GetValue<string>() switch
    {
        "id" when Ids(KindOf(path)) is { Count: > 0 } known && Chance(85) => OneOf(known),
        "cursor" or "token" when _places.Count > 0 && Chance(60) => OneOf(_places),
        "categoryId" or "taskId" or "parentId" when Ids(parameter["name"]!.GetValue<string>()) is { Count: > 0 } known && Chance(60) => OneOf(known),
        "If-Match" or "If-None-Match" => Chance(60) ? _etags.GetValueOrDefault(path, "\"1\"") : OneOf(["*", "\"1\"", "W/\"2\"", "x", "\"1\", \"2\"", "\"a,b\"", "\""]),
        "Idempotency-Key" => Chance(90) ? Guid.NewGuid().ToString() : OneOf(["again", "again", "", "with blank", new string('k', 256)]),
        _ when parameter["example"] is JsonValue example && Chance(40) => example.ToString(),
        _ => Of(parameter["schema"]!) is { } value ? value is JsonValue text ? text.ToString() : value.ToJsonString() : "",
    };

    /// <summary>A body: the documented example with a little changed about it, or something that is only of its shape.</summary>
    public JsonNode? Body(JsonNode media)
    {
        if (media["example"] is not { } example || Chance(50))
        {
            return Of(media["schema"]!);
        }

        var body = example.DeepClone();
        for (var changes = random.Next(3); changes > 0; changes--)
        {
            Change(body, media["schema"]!);
        }

        return body;
    }

    public JsonNode? Of(JsonNode schema, int depth = 0)
    {
        schema = document.Resolve(schema);
        if (Chance(4))
        {
            return Anything();
        }

        if (schema["oneOf"] is JsonArray choices)
        {
            return Of(OneOf([.. choices])!, depth + 1);
        }

        if (schema["enum"] is JsonArray words)
        {
            return Chance(95) ? OneOf([.. words])?.DeepClone() : Nasty[random.Next(Nasty.Length)];
        }

        return TypeOf(schema) switch
        {
            "null" => null,
            "boolean" => Chance(50),
            "integer" => Integer(schema),
            "number" => random.NextDouble() * 100,
            "array" => Array(schema, depth),
            "string" => String(schema),
            _ => depth > 6 ? new JsonObject() : Object(schema, depth),
        };
    }

    private void Change(JsonNode node, JsonNode schema)
    {
        schema = document.Resolve(schema);
        switch (node)
        {
            case JsonObject found when found.Count > 0:
                var (name, value) = OneOf([.. found]);
                var known = schema["properties"]?[name];
                if (value is JsonObject or JsonArray && known is not null && Chance(60))
                {
                    Change(value, known);
                }
                else if (Chance(15))
                {
                    found.Remove(name);
                }
                else
                {
                    found[name] = known is not null && Chance(70) ? Of(known, 1) : Anything();
                }

                break;
            case JsonArray items when items.Count > 0:
                var place = random.Next(items.Count);
                if (items[place] is { } item && schema["items"] is { } items1 && Chance(60))
                {
                    Change(item, items1);
                }
                else if (Chance(50))
                {
                    items.Add(items[place]?.DeepClone());
                }
                else
                {
                    items[place] = Anything();
                }

                break;
        }
    }

    private string? TypeOf(JsonNode schema) => schema["type"] switch
    {
        JsonArray types => OneOf([.. types])!.GetValue<string>(),
        { } type => type.GetValue<string>(),
        _ => null,
    };

    private JsonNode Integer(JsonNode schema)
    {
        var least = long.Parse(schema["minimum"]?.ToString() ?? "0", CultureInfo.InvariantCulture);
        var most = long.Parse(schema["maximum"]?.ToString() ?? "1000", CultureInfo.InvariantCulture);
        return Chance(90) ? random.NextInt64(least, Math.Min(most, least + 100) + 1) : OneOf([least - 1, most + 1, long.MaxValue, int.MinValue]);
    }

    private JsonArray Array(JsonNode schema, int depth)
    {
        var count = Chance(97) ? random.Next(4) : random.Next(120);
        return new JsonArray([.. Enumerable.Range(0, count).Select(_ => schema["items"] is { } items ? Of(items, depth + 1) : Anything())]);
    }

    private JsonNode String(JsonNode schema)
    {
        if (Chance(5))
        {
            return OneOf(Nasty);
        }

        return schema["format"]?.GetValue<string>() switch
        {
            "uuid" => _ids.Count > 0 && Chance(80) && OneOf([.. _ids.Values]) is { Count: > 0 } known ? OneOf(known) : Guid.NewGuid().ToString(),
            "email" => $"{Guid.NewGuid():N}@example.com",
            "date-time" => DateTimeOffset.UtcNow.AddMinutes(random.Next(-100_000, 1_000_000)).ToString("O", CultureInfo.InvariantCulture),
            _ => Words(Chance(97) ? random.Next(1, 30) : random.Next(12_000)),
        };
    }

    private string Words(int length)
    {
        var text = new StringBuilder();
        while (text.Length < length)
        {
            text.Append(Chance(98) ? (char)random.Next('a', 'z' + 1) : OneOf(Nasty));
        }

        return text.ToString();
    }

    private JsonObject Object(JsonNode schema, int depth)
    {
        var required = schema["required"]?.AsArray().Select(r => r!.GetValue<string>()).ToHashSet() ?? [];
        var result = new JsonObject();
        foreach (var (name, property) in schema["properties"]?.AsObject() ?? [])
        {
            if (required.Contains(name) ? Chance(98) : Chance(35))
            {
                result[name] = Of(property!, depth + 1);
            }
        }

        if (Chance(2))
        {
            result[OneOf(["id", "userId", "isAdmin", "__proto__", "version"])] = Anything();
        }

        return result;
    }

    private JsonNode? Anything() => random.Next(8) switch
    {
        0 => null,
        1 => true,
        2 => -1,
        3 => 1e300,
        4 => new JsonArray(),
        5 => Chance(90) ? new JsonObject { ["x"] = new JsonArray(1) } : Deep(),
        6 => OneOf(Nasty),
        _ => Guid.NewGuid().ToString(),
    };

    private JsonNode Deep()
    {
        JsonNode node = new JsonArray();
        for (var i = random.Next(100); i > 0; i--)
        {
            node = Chance(50) ? new JsonArray(node) : new JsonObject { ["x"] = node };
        }

        return node;
    }

    private List<string> Ids(string kind) => _ids.TryGetValue(kind, out var known) ? known : _ids[kind] = [];

    private void Remember(List<string> known, string value)
    {
        if (known.Count < MaxRemembered)
        {
            known.Add(value);
        }
        else
        {
            known[random.Next(MaxRemembered)] = value;
        }
    }
}
