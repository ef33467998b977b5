using System.Text.Json;

namespace TaskAspire.ApiService.Json;

/// <summary>The words of an enumeration as JSON bodies have them (<c>in_progress</c>), for parameters of a query.</summary>
internal static class EnumWords
{
    public static bool TryParse<T>(string word, out T value)
        where T : struct, Enum
    {
        foreach (var candidate in Enum.GetValues<T>())
        {
            if (Of(candidate) == word)
            {
                value = candidate;
                return true;
            }
        }

        value = default;
        return false;
    }

    /// <summary>All of them, for a message.</summary>
    public static string List<T>()
        where T : struct, Enum => string.Join(", ", Words<T>());

    public static IEnumerable<string> Words<T>()
        where T : struct, Enum => Enum.GetValues<T>().Select(Of);

    public static string Of<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());
}
