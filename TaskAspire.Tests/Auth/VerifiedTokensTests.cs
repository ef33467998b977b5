using System.Globalization;
using System.Security.Claims;
using TaskAspire.ApiService.Auth;

namespace TaskAspire.Tests.Auth;

public sealed class VerifiedTokensTests
{
    private static readonly DateTime Now = new(2026, 11, 1, 12, 0, 0, DateTimeKind.Utc);

    [Fact]
    public void Only_the_very_token_is_found()
    {
        var tokens = new VerifiedTokens();
        var verified = Verified(Now.AddMinutes(1));
        tokens.Add("a.b.c", verified, Now);
        Assert.Same(verified, tokens.Find("a.b.c"));
        Assert.Null(tokens.Find("a.b.C"));
        Assert.Null(tokens.Find("a.b.c "));
    }

    [Fact]
    public void What_has_expired_makes_room_first()
    {
        var tokens = new VerifiedTokens();
        tokens.Add("current", Verified(Now.AddMinutes(1)), Now);
        for (var n = 1; n <= VerifiedTokens.Capacity; n++)
        {
            tokens.Add(n.ToString(CultureInfo.InvariantCulture), Verified(Now.AddMinutes(-1)), Now);
        }

        Assert.NotNull(tokens.Find("current"));
        Assert.Null(tokens.Find("1"));
    }

    private static VerifiedToken Verified(DateTime expires) =>
        new(new SessionPrincipal(new ClaimsIdentity(), new SessionKey(Guid.CreateVersion7(), Guid.CreateVersion7())), Now.AddHours(-1), expires);
}
