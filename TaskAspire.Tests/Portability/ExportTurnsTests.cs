using Microsoft.AspNetCore.Http;
using TaskAspire.ApiService.Portability;

namespace TaskAspire.Tests.Portability;

public sealed class ExportTurnsTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_user_has_one_export_at_a_time()
    {
        using var turns = new ExportTurns();
        var user = Guid.NewGuid();
        var first = await TakeAsync(turns, user);

        var second = TakeAsync(turns, user);
        Assert.False(second.IsCompleted);
        using var other = await TakeAsync(turns, Guid.NewGuid());
        first.Dispose();

        using var taken = await second;
    }

    [Fact]
    public async Task All_together_have_four_and_who_gives_up_is_not_waited_for()
    {
        using var turns = new ExportTurns();
        var taken = new List<IDisposable>();
        for (var i = 0; i < 4; i++)
        {
            taken.Add(await TakeAsync(turns, Guid.NewGuid()));
        }

        using var gone = new CancellationTokenSource();
        var impatient = turns.TakeAsync(Guid.NewGuid(), new DefaultHttpContext(), gone.Token);
        var fifth = TakeAsync(turns, Guid.NewGuid());
        Assert.False(fifth.IsCompleted);
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => impatient);
        taken[0].Dispose();

        (await fifth).Dispose();
    }

    private static Task<IDisposable> TakeAsync(ExportTurns turns, Guid user) => turns.TakeAsync(user, new DefaultHttpContext(), Cancel);
}
