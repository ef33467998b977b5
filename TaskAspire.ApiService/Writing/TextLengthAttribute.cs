using System.ComponentModel.DataAnnotations;

namespace TaskAspire.ApiService.Writing;

/// <summary>
/// How long a text may be, in characters as JSON Schema and PostgreSQL count them: code points. (<see cref="StringLengthAttribute"/> by itself
/// counts UTF-16 units, of which an emoji has two.)
/// </summary>
/// <param name="maximumLength">Most code points.</param>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class TextLengthAttribute(int maximumLength) : StringLengthAttribute(maximumLength)
{
    public override bool IsValid(object? value) => value is null || (value is string text && Fits(text));

    private bool Fits(string text)
    {
        var length = text.CodePoints();
        return length >= MinimumLength && length <= MaximumLength;
    }
}

internal static class TextLength
{
    /// <summary>How many code points the text has.</summary>
    public static int CodePoints(this string text) => text.Length - text.Count(char.IsLowSurrogate);
}
