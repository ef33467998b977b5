using TaskAspire.WebhookDispatcher.Inbox;

namespace TaskAspire.Tests.Inbox;

public class InboxFeedTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Many_at_a_time_are_numbered_and_answered_one_by_one()
    {
        var feed = new InboxFeed(TimeProvider.System);
        feed.Plan(new AnswerPlan("500", 30));
        var answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(i => Task.Run(() => feed.Take(Arrival("id")), Token)));
        Assert.Equal(30, answers.Count(answer => answer.Status == 500));

        feed.Close();
        Assert.Empty(await feed.WatchAsync(Token).ToListAsync(Token));
    }

    [Fact]
    public async Task A_watcher_that_does_not_read_is_cut_off()
    {
        var feed = new InboxFeed(TimeProvider.System);
        await using var watcher = feed.WatchAsync(Token).GetAsyncEnumerator(Token);
        Assert.True(await watcher.MoveNextAsync());
        for (var i = 0; i < 1000; i++)
        {
            feed.Take(Arrival($"{i}"));
        }

        var read = 0;
        while (await watcher.MoveNextAsync())
        {
            read++;
        }

        Assert.Equal(2 * InboxFeed.Capacity, read);
    }

    [Fact]
    public void The_slow_answer_is_slower_than_the_dispatcher_waits() =>
        Assert.True(InboxAnswer.All["slow"].Delay > new WebhookDispatcher.Configuration.DispatcherOptions().Timeout);

    private static InboxArrival Arrival(string id) => new("demo", null, null, id, new InboxSignature("unknown", ""), [], "", 0);
}
