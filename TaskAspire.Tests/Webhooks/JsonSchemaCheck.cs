using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace TaskAspire.Tests.Webhooks;

/// <summary>
/// Checks JSON against the part of JSON Schema 2020-12 that the catalogue of events uses. A keyword that it does not know fails, so that
/// nothing in a schema goes unchecked; so does a member that the schema does not name.
/// </summary>
internal static class JsonSchemaCheck
{
    private static readonly string[] Annotations = ["$schema", "$id", "title", "description"];

    /// <summary>What is wrong, each with its path; empty when all is well.</summary>
    public static IEnumerable<string> Problems(JsonNode schema, JsonNode? value, string path = "$") => schema.AsObject().SelectMany(keyword => keyword.Key switch
    {
        "type" => Types(keyword.Value!).Contains(TypeOf(value)) || (TypeOf(value) == "integer" && Types(keyword.Value!).Contains("number"))
            ? [] : [$"{path} is {TypeOf(value)}, not {keyword.Value}"],
        "const" => JsonNode.DeepEquals(value, keyword.Value) ? [] : [$"{path} is not {keyword.Value}"],
        "enum" => keyword.Value!.AsArray().Any(word => JsonNode.DeepEquals(word, value)) ? [] : [$"{path} is none of {keyword.Value}"],
        "format" => value is null || IsFormat((string)keyword.Value!, (string)value!) ? [] : [$"{path} is no {keyword.Value}"],
        "required" => value is JsonObject o ? keyword.Value!.AsArray().Where(name => !o.ContainsKey((string)name!)).Select(name => $"{path} has no {name}") : [],
        "properties" => value is JsonObject members ? Members(keyword.Value!.AsObject(), members, path) : [],
        "items" => value is JsonArray items ? items.SelectMany((item, i) => Problems(keyword.Value!, item, $"{path}[{i}]")) : [],
        _ when Annotations.Contains(keyword.Key) => [],
        _ => [$"{path}: the keyword {keyword.Key} is not known here"],
    });

    private static IEnumerable<string> Members(JsonObject schemas, JsonObject members, string path) => members.SelectMany(member =>
        schemas[member.Key] is { } schema ? Problems(schema, member.Value, $"{path}.{member.Key}") : [$"{path}.{member.Key} is not in the schema"]);

    private static string[] Types(JsonNode type) => type is JsonArray several ? [.. several.Select(t => (string)t!)] : [(string)type!];

    private static string TypeOf(JsonNode? value) => value?.GetValueKind() switch
    {
        null or JsonValueKind.Null => "null",
        JsonValueKind.Object => "object",
        JsonValueKind.Array => "array",
        JsonValueKind.String => "string",
        JsonValueKind.True or JsonValueKind.False => "boolean",
        _ => decimal.IsInteger(decimal.Parse(value.ToJsonString(), CultureInfo.InvariantCulture)) ? "integer" : "number",
    };

    private static bool IsFormat(string format, string text) => format switch
    {
        "uuid" => Guid.TryParseExact(text, "D", out _),
        "date-time" => DateTimeOffset.TryParseExact(text, "yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out _),
        _ => false,
    };
}
