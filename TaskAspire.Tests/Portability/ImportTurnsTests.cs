using Microsoft.Extensions.Options;
using TaskAspire.ApiService.Portability;

namespace TaskAspire.Tests.Portability;

public sealed class ImportTurnsTests
{
    [Fact]
    public void So_many_have_a_turn_and_the_next_one_when_a_turn_ends()
    {
        using var turns = new ImportTurns(Options.Create(new ImportOptions { AtOnce = 2 }));
        using var first = turns.TryTake();
        var second = turns.TryTake();
        Assert.NotNull(first);
        Assert.NotNull(second);
        Assert.Null(turns.TryTake());

        second.Dispose();

        using var third = turns.TryTake();
        Assert.NotNull(third);
    }
}
