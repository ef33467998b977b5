using System.ComponentModel.DataAnnotations;
using TaskAspire.ApiService.Cors;

namespace TaskAspire.Tests.Cors;

public sealed class CrossOriginOptionsTests
{
    [Fact]
    public void By_default_there_is_none() => Assert.Empty(new CrossOriginOptions().Origins);

    [Theory]
    [InlineData("*")]
    [InlineData("https://app.example.com")]
    [InlineData("http://localhost:5173")]
    [InlineData("http://[::1]:5173")]
    [InlineData("https://bücher.example")]
    [InlineData("capacitor://localhost")]
    [InlineData("chrome-extension://abcdefghijklmnop")]
    public void An_origin_is_taken(string origin) => Assert.Empty(Check(origin));

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("app.example.com")]
    [InlineData("https://app.example.com/")]
    [InlineData("https://app.example.com/app")]
    [InlineData("https://app.example.com?a=b")]
    [InlineData("https://user@app.example.com")]
    [InlineData("https://*.example.com")]
    [InlineData("https://app.example.com:99999")]
    [InlineData("https://a.example, https://b.example")]
    [InlineData("mailto:somebody@example.com")]
    [InlineData("null")]
    [InlineData("https:app.example.com")]
    public void What_no_browser_sends_is_refused_and_named(string origin) =>
        Assert.Contains($"Cors:Origins has '{origin}'", Assert.Single(Check(origin)).ErrorMessage, StringComparison.Ordinal);

    private static IEnumerable<ValidationResult> Check(string origin)
    {
        var options = new CrossOriginOptions { Origins = [origin] };
        return options.Validate(new ValidationContext(options));
    }
}
