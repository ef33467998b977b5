using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace TaskAspire.ApiService.Json;

/// <summary>
/// Reads a body that is taken as any JSON object (a merge patch). The framework's own reader finds a name that is given twice, or half of a
/// surrogate pair, too late or with an exception that looks like a fault of ours; they are the client's.
/// </summary>
internal sealed class PatchObjectConverter : JsonConverter<JsonObject>
{
    public override JsonObject Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.StartObject ? ReadObject(ref reader, "$") : throw new JsonException("A JSON object is expected.");

    public override void Write(Utf8JsonWriter writer, JsonObject value, JsonSerializerOptions options) => value.WriteTo(writer, options);

    /// <param name="reader">At the beginning of the object.</param>
    /// <param name="path">Where in the body that is, for what is wrong in it.</param>
    internal static JsonObject ReadObject(ref Utf8JsonReader reader, string path)
    {
        var members = new JsonObject();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = StrictStringConverter.ReadText(ref reader, path);
            var member = $"{path}.{name}";
            reader.Read();
            if (!members.TryAdd(name, ReadNode(ref reader, member)))
            {
                throw new JsonException($"Duplicate property '{name}'.", member, null, null);
            }
        }

        return members;
    }

    private static JsonNode? ReadNode(ref Utf8JsonReader reader, string path)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                return ReadObject(ref reader, path);
            case JsonTokenType.StartArray:
                var items = new JsonArray();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                {
                    items.Add(ReadNode(ref reader, $"{path}[{items.Count}]"));
                }

                return items;
            case JsonTokenType.String:
                return StrictStringConverter.ReadText(ref reader, path);
            default:
                return JsonNode.Parse(ref reader);
        }
    }
}
