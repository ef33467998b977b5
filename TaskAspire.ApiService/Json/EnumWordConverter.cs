using System.Text.Json;
using System.Text.Json.Serialization;

namespace TaskAspire.ApiService.Json;

/// <summary>
/// Enumerations by their <see cref="EnumWords"/>, letter by letter. The framework's own converter takes <c>TODO</c> and <c>todo, done</c>, which
/// the API's document knows nothing of, and cannot say what is allowed.
/// </summary>
internal sealed class EnumWordConverter : JsonConverterFactory
{
    public override bool CanConvert(Type typeToConvert) => typeToConvert.IsEnum;

    public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options) =>
        (JsonConverter)Activator.CreateInstance(typeof(Of<>).MakeGenericType(typeToConvert))!;

    private sealed class Of<T> : JsonConverter<T>
        where T : struct, Enum
    {
        private static readonly string Expected = $"One of {EnumWords.List<T>()} is expected.";

        public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.String && EnumWords.TryParse<T>(StrictStringConverter.ReadText(ref reader, path: null), out var value)
                ? value
                : throw new JsonException(Expected);

        public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteStringValue(EnumWords.Of(value));
    }
}
