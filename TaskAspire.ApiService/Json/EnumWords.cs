using System.Collections.Frozen;
using System.Text.Json;

namespace TaskAspire.ApiService.Json;

/// <summary>The words of an enumeration as clients know them (<c>in_progress</c>), in bodies and in queries. Upper and lower case differ.</summary>
internal static class EnumWords
{
    public static bool TryParse<T>(string word, out T value)
        where T : struct, Enum => Known<T>.ByWord.TryGetValue(word, out value);

    /// <summary>All of them, for a message.</summary>
    public static string List<T>()
        where T : struct, Enum => string.Join(", ", Words<T>());

    public static IEnumerable<string> Words<T>()
        where T : struct, Enum => Enum.GetValues<T>().Select(Of);

    /// <summary>All of an enumeration that is known only at run time.</summary>
    public static IEnumerable<string> Words(Type type) => Enum.GetNames(type).Select(JsonNamingPolicy.SnakeCaseLower.ConvertName);

    public static string Of<T>(T value)
        where T : struct, Enum => Known<T>.ByValue[value];

    private static class Known<T>
        where T : struct, Enum
    {
        public static readonly FrozenDictionary<T, string> ByValue =
            Enum.GetValues<T>().ToFrozenDictionary(value => value, value => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString()));

        public static readonly FrozenDictionary<string, T> ByWord = ByValue.ToFrozenDictionary(pair => pair.Value, pair => pair.Key, StringComparer.Ordinal);
    }
}
