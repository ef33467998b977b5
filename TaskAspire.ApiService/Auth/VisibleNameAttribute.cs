using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Text;

namespace TaskAspire.ApiService.Auth;

/// <summary>
/// A name that people read: 1 to 100 characters, one of them visible, and none that controls how the others are shown (a bidi override makes
/// one name look like another).
/// </summary>
/// <remarks>No regular expression: those run on the whole text, however long, before its length is known to be wrong.</remarks>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class VisibleNameAttribute()
    : ValidationAttribute("A name of 1 to 100 characters is expected, at least one of them visible, and no control characters.")
{
    private const int MaxLength = 100;

    public override bool IsValid(object? value) => value is null || (value is string name && name.Length <= MaxLength && IsVisible(name));

    private static bool IsVisible(string name) => name.EnumerateRunes().Any(rune => !Rune.IsWhiteSpace(rune)) && name.EnumerateRunes().All(
        rune => Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate
            or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator));
}
