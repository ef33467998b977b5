using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.DependencyInjection;
using TaskAspire.ApiService.Auth;

namespace TaskAspire.Tests.Auth;

public sealed class NewPasswordTests
{
    [Theory]
    [InlineData("Passw0rd!", null)]
    [InlineData("Pässwort 1A", null)]
    [InlineData("Pw0rd!x", "at least 8 characters")]
    [InlineData("passw0rd!", "upper-case letter")]
    [InlineData("PASSW0RD!", "lower-case letter")]
    [InlineData("Password!", "digit")]
    [InlineData("Passw0rds", "neither letter nor digit")]
    [InlineData("        ", "lower-case letter")]
    [InlineData("", "at least 8 characters")]
    public void A_password_is_told_what_it_lacks(string password, string? lack)
    {
        var result = Validate(password);
        if (lack is null)
        {
            Assert.Null(result);
        }
        else
        {
            Assert.Contains(lack, result?.ErrorMessage, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_password_has_at_most_128_characters()
    {
        Assert.Null(Validate("Aa1!" + new string('x', 124)));
        Assert.Contains("at most 128", Validate("Aa1!" + new string('x', 125))?.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    public void Rules_that_make_no_sense_are_refused()
    {
        Assert.Empty(Problems(new PasswordRulesOptions()));
        Assert.Single(Problems(new PasswordRulesOptions { RequiredLength = 3 }));
        Assert.Single(Problems(new PasswordRulesOptions { RequiredUniqueChars = 9 }));
    }

    private static IEnumerable<ValidationResult> Problems(PasswordRulesOptions options) => options.Validate(new ValidationContext(options));

    private static ValidationResult? Validate(string password)
    {
        using var services = new ServiceCollection().AddOptions().BuildServiceProvider();
        var context = new ValidationContext(new object(), services, null) { MemberName = "Password" };
        return new NewPasswordAttribute().GetValidationResult(password, context);
    }
}
