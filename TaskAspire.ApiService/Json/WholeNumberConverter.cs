using System.Numerics;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace TaskAspire.ApiService.Json;

/// <summary>Whole numbers however they are written: to JSON, and to JSON Schema, <c>15</c>, <c>15.0</c> and <c>1.5e1</c> are the same.</summary>
/// <typeparam name="T"><see cref="int"/> or <see cref="long"/>.</typeparam>
internal sealed class WholeNumberConverter<T> : JsonConverter<T>
    where T : struct, IBinaryInteger<T>, IMinMaxValue<T>
{
    private static readonly string Expected = $"A whole number from {T.MinValue} to {T.MaxValue} is expected.";

    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.Number || !reader.TryGetDecimal(out var number) || number != decimal.Truncate(number)
            || number < decimal.CreateChecked(T.MinValue) || number > decimal.CreateChecked(T.MaxValue))
        {
            throw new JsonException(Expected);
        }

        return T.CreateChecked(number);
    }

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteNumberValue(long.CreateChecked(value));
}
