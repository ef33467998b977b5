using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Text;
using Microsoft.OpenApi;
using TaskAspire.ApiService.OpenApi;
using TaskAspire.ApiService.Writing;

namespace TaskAspire.ApiService.Auth;

/// <summary>
/// A name that people read: 1 to 100 characters, one of them visible, and none that controls how the others are shown (a bidi override makes
/// one name look like another). The two joiners may stand between visible characters: Persian and several scripts of India are spelled with
/// them, and emoji are composed by one.
/// </summary>
/// <remarks>No regular expression: those run on the whole text, however long, before its length is known to be wrong.</remarks>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class VisibleNameAttribute()
    : ValidationAttribute("A name of 1 to 100 characters is expected, at least one of them visible, and no control characters."), ISchemaRule
{
    private const int MaxLength = 100;
    private const int ZeroWidthNonJoiner = 0x200C;
    private const int ZeroWidthJoiner = 0x200D;

    public override bool IsValid(object? value) => value is null || (value is string name && name.CodePoints() <= MaxLength && IsVisible(name));

    /// <remarks>Of what is not visible, what patterns can name without knowing Unicode.</remarks>
    public void Describe(OpenApiSchema schema)
    {
        schema.MinLength = 1;
        schema.MaxLength = MaxLength;
        schema.Pattern = @"^[^\u0000-\u001f\u007f-\u009f]*[^\s\u0000-\u001f\u007f-\u009f][^\u0000-\u001f\u007f-\u009f]*$";
    }

    private static bool IsVisible(string name)
    {
        var (isVisible, isJoinable, isJoiner) = (false, false, false);
        foreach (var rune in name.EnumerateRunes())
        {
            isJoiner = rune.Value is ZeroWidthNonJoiner or ZeroWidthJoiner;
            if (isJoiner ? !isJoinable : IsHidden(rune))
            {
                return false;
            }

            isJoinable = !isJoiner && !Rune.IsWhiteSpace(rune);
            isVisible |= isJoinable;
        }

        return isVisible && !isJoiner;
    }

    private static bool IsHidden(Rune rune) => Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate
        or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
}
