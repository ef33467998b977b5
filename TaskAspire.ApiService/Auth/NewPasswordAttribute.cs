using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;
using Microsoft.OpenApi;
using TaskAspire.ApiService.OpenApi;
using TaskAspire.ApiService.Writing;

namespace TaskAspire.ApiService.Auth;

/// <summary>
/// A password that satisfies <see cref="PasswordRulesOptions"/>: the rules of ASP.NET Core Identity's <c>PasswordValidator</c>,
/// which itself cannot be used without its user store.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class NewPasswordAttribute : ValidationAttribute, ISchemaRule
{
    public override bool RequiresValidationContext => true;

    public void Describe(OpenApiSchema schema)
    {
        schema.MinLength = PasswordRulesOptions.DefaultMinimum;
        schema.MaxLength = PasswordRulesOptions.MaxLength;
    }

    protected override ValidationResult? IsValid(object? value, ValidationContext validationContext)
    {
        var options = validationContext.GetRequiredService<IOptions<PasswordRulesOptions>>().Value;
        var missing = Missing(value as string ?? "", options).ToList();
        return missing.Count == 0
            ? ValidationResult.Success
            : new ValidationResult($"The password must have {string.Join(", ", missing)}.", [validationContext.MemberName!]);
    }

    private static IEnumerable<string> Missing(string password, PasswordRulesOptions options)
    {
        if (password.CodePoints() < options.RequiredLength || string.IsNullOrWhiteSpace(password))
        {
            yield return $"at least {options.RequiredLength} characters";
        }

        if (password.CodePoints() > PasswordRulesOptions.MaxLength)
        {
            yield return $"at most {PasswordRulesOptions.MaxLength} characters";
        }

        if (options.RequireLowercase && !password.Any(char.IsAsciiLetterLower))
        {
            yield return "a lower-case letter (a-z)";
        }

        if (options.RequireUppercase && !password.Any(char.IsAsciiLetterUpper))
        {
            yield return "an upper-case letter (A-Z)";
        }

        if (options.RequireDigit && !password.Any(char.IsAsciiDigit))
        {
            yield return "a digit (0-9)";
        }

        if (options.RequireNonAlphanumeric && password.All(char.IsAsciiLetterOrDigit))
        {
            yield return "a character that is neither letter nor digit";
        }

        if (password.Distinct().Count() < options.RequiredUniqueChars)
        {
            yield return $"at least {options.RequiredUniqueChars} different characters";
        }
    }
}
