using TaskAspire.ApiService.Auth;

namespace TaskAspire.Tests.Auth;

public sealed class EmailTests
{
    [Theory]
    [InlineData("a@b")]
    [InlineData("first.last+tag@sub.example.com")]
    [InlineData("o'brien_x@xn--bcher-kva.example")]
    [InlineData("jörg@bücher.example")]
    [InlineData("用户@例え.テスト")]
    [InlineData("a@हिन्दी.example")]
    public void Addresses(string address) => Assert.True(EmailAttribute.IsAddress(address));

    [Theory]
    [InlineData("")]
    [InlineData("@")]
    [InlineData("a@")]
    [InlineData("@b")]
    [InlineData("a@b@c")]
    [InlineData("a b@c.example")]
    [InlineData("a\0@c.example")]
    [InlineData("a\r\nBcc:x@c.example")]
    [InlineData("a\u200b@c.example")]
    [InlineData("a\u202e@c.example")]
    [InlineData("\ud800@c.example")]
    [InlineData(".a@c.example")]
    [InlineData("a..b@c.example")]
    [InlineData("a@c..example")]
    [InlineData("a@-c.example")]
    [InlineData("a@c.example.")]
    [InlineData("a@[127.0.0.1]")]
    [InlineData("a@c_d.example")]
    [InlineData("Ada <a@c.example>")]
    public void No_addresses(string text) => Assert.False(EmailAttribute.IsAddress(text));

    [Fact]
    public void The_longest_address()
    {
        var domain = string.Join('.', Enumerable.Repeat(new string('d', 61), 3)) + ".abc";
        Assert.Equal(254, 64 + 1 + domain.Length);
        Assert.True(EmailAttribute.IsAddress(new string('l', 64) + "@" + domain));
        Assert.False(EmailAttribute.IsAddress(new string('l', 65) + "@b.c"));
        Assert.False(EmailAttribute.IsAddress(new string('l', 64) + "@e" + domain));
    }
}
