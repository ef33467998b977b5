using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Extensions.Options;
using TaskAspire.ApiService.Portability;

namespace TaskAspire.Tests.Portability;

public sealed class ImportTurnsTests
{
    [Fact]
    public void So_many_have_a_turn_and_the_next_one_when_a_turn_ends()
    {
        using var turns = new ImportTurns(Options.Create(new ImportOptions { AtOnce = 2 }));
        using var first = turns.TryTake(Guid.NewGuid(), new DefaultHttpContext());
        var second = turns.TryTake(Guid.NewGuid(), new DefaultHttpContext());
        Assert.NotNull(first);
        Assert.NotNull(second);
        Assert.Null(turns.TryTake(Guid.NewGuid(), new DefaultHttpContext()));

        second.Dispose();

        using var third = turns.TryTake(Guid.NewGuid(), new DefaultHttpContext());
        Assert.NotNull(third);
    }

    [Fact]
    public void A_user_has_one_at_a_time_and_leaves_the_others_theirs()
    {
        using var turns = new ImportTurns(Options.Create(new ImportOptions { AtOnce = 2 }));
        var user = Guid.NewGuid();
        var first = turns.TryTake(user, new DefaultHttpContext());
        Assert.NotNull(first);
        Assert.Null(turns.TryTake(user, new DefaultHttpContext()));

        // What was refused has taken nothing of the others'.
        using var other = turns.TryTake(Guid.NewGuid(), new DefaultHttpContext());
        Assert.NotNull(other);
        first.Dispose();
        using var second = turns.TryTake(user, new DefaultHttpContext());
        Assert.NotNull(second);
    }

    [Theory]
    [InlineData("HTTP/1.1", true)]
    [InlineData("HTTP/2", false)]
    public void Who_sends_a_trickle_is_cut_off_where_the_protocol_can(string protocol, bool isLimited)
    {
        using var turns = new ImportTurns(Options.Create(new ImportOptions()));
        var rate = new Rate();
        var context = new DefaultHttpContext { Request = { Protocol = protocol } };
        context.Features.Set<IHttpMinRequestBodyDataRateFeature>(rate);
        using var turn = turns.TryTake(Guid.NewGuid(), context);
        Assert.Equal(isLimited ? 16 * 1024 : null, rate.MinDataRate?.BytesPerSecond);
    }

    private sealed class Rate : IHttpMinRequestBodyDataRateFeature
    {
        public MinDataRate? MinDataRate { get; set; }
    }
}
