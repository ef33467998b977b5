using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Text;
using Microsoft.OpenApi;
using TaskAspire.ApiService.OpenApi;
using TaskAspire.ApiService.Writing;
using TaskAspire.Data.Users;

namespace TaskAspire.ApiService.Auth;

/// <summary>
/// An e-mail address as people have them: <c>local@domain</c> without quotes, comments or address literals (RFC 5321 §4.1.2
/// allows those; nobody's provider does), at most 254 characters, nothing invisible in it.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class EmailAttribute() : ValidationAttribute("An e-mail address such as name@example.com is expected, of at most 254 characters."), ISchemaRule
{
    private const int LocalMaxLength = 64;
    private const int LabelMaxLength = 63;

    public override bool IsValid(object? value) => value is string text && text.CodePoints() <= User.EmailMaxLength && IsAddress(text.Trim());

    public void Describe(OpenApiSchema schema)
    {
        schema.Format = "email";
        schema.MaxLength = User.EmailMaxLength;
    }

    internal static bool IsAddress(string address)
    {
        var at = address.IndexOf('@', StringComparison.Ordinal);
        return address.CodePoints() <= User.EmailMaxLength
            && at is > 0 and <= LocalMaxLength
            && address.LastIndexOf('@') == at
            && address.EnumerateRunes().All(IsVisible)
            && address[..at].Split('.').All(part => part.Length > 0)
            && address[(at + 1)..].Split('.').All(IsLabel);
    }

    private static bool IsLabel(string label) =>
        label.Length is > 0 and <= LabelMaxLength && label[0] != '-' && label[^1] != '-' && label.EnumerateRunes().All(IsDomainRune);

    // Marks are parts of letters in several scripts (RFC 5892 §2).
    private static bool IsDomainRune(Rune rune) => rune.Value == '-' || Rune.IsLetterOrDigit(rune)
        || Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark;

    private static bool IsVisible(Rune rune) => rune != Rune.ReplacementChar && Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned
        or UnicodeCategory.SpaceSeparator or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
}
