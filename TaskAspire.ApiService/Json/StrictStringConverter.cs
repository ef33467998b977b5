using System.Text.Json;
using System.Text.Json.Serialization;

namespace TaskAspire.ApiService.Json;

/// <summary>
/// Refuses text that PostgreSQL cannot store (U+0000) or that is not text at all (half of a surrogate pair), at the one place
/// that all request bodies pass, so that no field is forgotten.
/// </summary>
internal sealed class StrictStringConverter : JsonConverter<string>
{
    public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.String)
        {
            throw new JsonException("A string is expected.");
        }

        return ReadText(ref reader, path: null);
    }

    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WriteStringValue(value);

    /// <summary>The text of a string or of a member's name.</summary>
    /// <exception cref="JsonException">It is not one; at the path, or where the serializer is when that is null.</exception>
    internal static string ReadText(ref Utf8JsonReader reader, string? path)
    {
        string text;
        try
        {
            text = reader.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw new JsonException("The text has half of a surrogate pair or is not valid UTF-8.", path, null, null);
        }

        return IsStorable(text) ? text : throw new JsonException("The text must not contain U+0000 or half of a surrogate pair.", path, null, null);
    }

    /// <summary>Whether PostgreSQL can store the text and UTF-8 can express it.</summary>
    public static bool IsStorable(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c == '\0' || char.IsLowSurrogate(c))
            {
                return false;
            }

            if (char.IsHighSurrogate(c) && !(++i < text.Length && char.IsLowSurrogate(text[i])))
            {
                return false;
            }
        }

        return true;
    }
}
