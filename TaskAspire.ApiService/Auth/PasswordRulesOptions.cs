using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Identity;

namespace TaskAspire.ApiService.Auth;

/// <summary>
/// What a new password must have. Section <c>Passwords</c>: ASP.NET Core Identity's options with its defaults (an upper- and a
/// lower-case letter, a digit, another character), except that 8 characters are the least.
/// </summary>
internal sealed class PasswordRulesOptions : PasswordOptions, IValidatableObject
{
    /// <summary>The configuration section.</summary>
    internal const string Section = "Passwords";

    /// <summary>Longest password accepted, in characters: hashing takes time in proportion to it.</summary>
    internal const int MaxLength = 128;

    private const int ShortestMinimum = 6;

    /// <summary>Shortest password accepted, unless configured otherwise.</summary>
    internal const int DefaultMinimum = 8;

    public PasswordRulesOptions() => RequiredLength = DefaultMinimum;

    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (RequiredLength is < ShortestMinimum or > MaxLength)
        {
            yield return new ValidationResult(
                $"{Section}:{nameof(RequiredLength)} is {RequiredLength}; {ShortestMinimum} to {MaxLength} is allowed.", [nameof(RequiredLength)]);
        }

        if (RequiredUniqueChars < 1 || RequiredUniqueChars > RequiredLength)
        {
            yield return new ValidationResult(
                $"{Section}:{nameof(RequiredUniqueChars)} is {RequiredUniqueChars}; 1 to {nameof(RequiredLength)} is allowed.", [nameof(RequiredUniqueChars)]);
        }
    }
}
