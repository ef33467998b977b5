using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Text;
using Microsoft.OpenApi;
using TaskAspire.ApiService.OpenApi;
using TaskAspire.ApiService.Writing;

namespace TaskAspire.ApiService.Auth;

/// <summary>
/// A name that people read: 1 to 100 characters, one of them visible, and none that controls how the others are shown (a bidi override makes
/// one name look like another).
/// </summary>
/// <remarks>No regular expression: those run on the whole text, however long, before its length is known to be wrong.</remarks>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class VisibleNameAttribute()
    : ValidationAttribute("A name of 1 to 100 characters is expected, at least one of them visible, and no control characters."), ISchemaRule
{
    private const int MaxLength = 100;

    public override bool IsValid(object? value) => value is null || (value is string name && name.CodePoints() <= MaxLength && IsVisible(name));

    /// <remarks>Of what is not visible, what patterns can name without knowing Unicode.</remarks>
    public void Describe(OpenApiSchema schema)
    {
        schema.MinLength = 1;
        schema.MaxLength = MaxLength;
        schema.Pattern = @"^[^\u0000-\u001f\u007f-\u009f]*[^\s\u0000-\u001f\u007f-\u009f][^\u0000-\u001f\u007f-\u009f]*$";
    }

    private static bool IsVisible(string name) => name.EnumerateRunes().Any(rune => !Rune.IsWhiteSpace(rune)) && name.EnumerateRunes().All(
        rune => Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate
            or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator));
}
