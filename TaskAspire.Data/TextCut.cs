namespace TaskAspire.Data;

/// <summary>Text that is kept as far as a column has room for it.</summary>
public static class TextCut
{
    /// <summary>The first characters of a text: as many as there may be, or one less where the last would be half of a surrogate pair, which PostgreSQL refuses.</summary>
    /// <param name="text">The text.</param>
    /// <param name="maxLength">How many UTF-16 characters there may be, at least 1.</param>
    public static string CutTo(this string text, int maxLength) => text.Length <= maxLength ? text
        : text[..(char.IsHighSurrogate(text[maxLength - 1]) ? maxLength - 1 : maxLength)];
}
