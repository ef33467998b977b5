using System.Numerics;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace TaskAspire.ApiService.Json;

/// <summary>Whole numbers however they are written: to JSON, and to JSON Schema, <c>15</c>, <c>15.0</c> and <c>1.5e1</c> are the same.</summary>
/// <typeparam name="T"><see cref="int"/> or <see cref="long"/>.</typeparam>
internal sealed class WholeNumberConverter<T> : JsonConverter<T>
    where T : struct, IBinaryInteger<T>, IMinMaxValue<T>
{
    /// <summary>Which numbers are good for the field is told by its validation; this type's own range is news only to who is past it.</summary>
    private const string NotWhole = "A whole number is expected.";

    private static readonly string OutOfRange = $"A whole number from {T.MinValue} to {T.MaxValue} is expected.";

    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.Number)
        {
            throw new JsonException(NotWhole);
        }

        if (!reader.TryGetDecimal(out var number))
        {
            throw new JsonException(OutOfRange);
        }

        if (number != decimal.Truncate(number))
        {
            throw new JsonException(NotWhole);
        }

        return number >= decimal.CreateChecked(T.MinValue) && number <= decimal.CreateChecked(T.MaxValue)
            ? T.CreateChecked(number)
            : throw new JsonException(OutOfRange);
    }

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteNumberValue(long.CreateChecked(value));
}
