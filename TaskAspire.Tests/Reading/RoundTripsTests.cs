using System.Collections.Concurrent;
using System.Data.Common;
using TaskAspire.Tests.Fixtures;
using Trips = TaskAspire.ApiService.Reading.RoundTrips<int, string>;

namespace TaskAspire.Tests.Reading;

public sealed class RoundTripsTests
{
    private const int MaxTogether = 8;

    private readonly Server _server = new();
    private readonly Trips _trips;

    public RoundTripsTests() => _trips = new Trips(_server.TakeAsync, MaxTogether);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Alone_a_question_goes_at_once_and_what_is_asked_meanwhile_goes_together()
    {
        var first = _trips.AskAsync(1, Cancel);
        var others = Enumerable.Range(2, 5).Select(n => _trips.AskAsync(n, Cancel)).ToList();
        Assert.Equal([1], Assert.Single(_server.Arrived).About);

        _server.Arrived.Single().Answer();
        Assert.Equal("1", await first);
        var second = await _server.NextAsync(1);
        Assert.Equal([2, 3, 4, 5, 6], second.About);
        second.Answer();
        Assert.Equal(["2", "3", "4", "5", "6"], await Task.WhenAll(others));

        var later = _trips.AskAsync(7, Cancel);
        (await _server.NextAsync(2)).Answer();
        Assert.Equal("7", await later);
    }

    [Fact]
    public async Task What_the_server_knows_nothing_of_is_answered_with_nothing()
    {
        var asked = _trips.AskAsync(Server.Unknown, Cancel);
        (await _server.NextAsync(0)).Answer();
        Assert.Null(await asked);
    }

    [Fact]
    public async Task When_more_wait_than_go_together_others_begin_beside_but_not_without_bound()
    {
        var asked = new List<Task<string?>> { _trips.AskAsync(0, Cancel) };
        // A slow start of a round trip must not look like a slow server: those below begin because of how many wait.
        for (var n = 1; n <= Trips.MaxAtOnce * MaxTogether; n++)
        {
            asked.Add(_trips.AskAsync(n, Cancel));
        }

        Assert.All(_server.Arrived, trip => Assert.InRange(trip.About.Count, 1, MaxTogether));
        Assert.True(_server.Arrived.Count >= Trips.MaxAtOnce, $"{_server.Arrived.Count} round trips have begun");
        _server.AnswerAll = true;
        foreach (var trip in _server.Arrived)
        {
            trip.Answer();
        }

        Assert.Equal(Enumerable.Range(0, asked.Count).Select(n => $"{n}"), await Task.WhenAll(asked));
    }

    [Fact]
    public async Task A_failure_is_told_to_those_who_asked_and_to_nobody_after_them()
    {
        var first = _trips.AskAsync(1, Cancel);
        var second = _trips.AskAsync(2, Cancel);
        (await _server.NextAsync(0)).Fail(new InvalidOperationException("broken"));
        Assert.Equal("broken", (await Assert.ThrowsAsync<InvalidOperationException>(() => first)).Message);
        (await _server.NextAsync(1)).Answer();
        Assert.Equal("2", await second);
    }

    [Fact]
    public async Task What_the_server_fails_on_fails_alone()
    {
        var first = _trips.AskAsync(1, Cancel);
        var good = _trips.AskAsync(2, Cancel);
        var bad = _trips.AskAsync(3, Cancel);
        var alsoGood = _trips.AskAsync(4, Cancel);
        (await _server.NextAsync(0)).Answer();
        (await _server.NextAsync(1)).Fail(new ServerException());
        (await _server.NextAsync(2)).Answer();
        (await _server.NextAsync(3)).Fail(new ServerException());
        (await _server.NextAsync(4)).Answer();

        Assert.Equal("1", await first);
        Assert.Equal("2", await good);
        await Assert.ThrowsAsync<ServerException>(() => bad);
        Assert.Equal("4", await alsoGood);
        Assert.Equal([[1], [2, 3, 4], [2], [3], [4]], _server.Arrived.Select(trip => trip.About));
    }

    [Fact]
    public async Task Who_leaves_while_waiting_is_not_asked_for()
    {
        using var leave = new CancellationTokenSource();
        var first = _trips.AskAsync(1, Cancel);
        var gone = _trips.AskAsync(2, leave.Token);
        var stays = _trips.AskAsync(3, Cancel);
        await leave.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gone);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _trips.AskAsync(4, leave.Token));

        (await _server.NextAsync(0)).Answer();
        var second = await _server.NextAsync(1);
        Assert.Equal([3], second.About);
        second.Answer();
        Assert.Equal("1", await first);
        Assert.Equal("3", await stays);
    }

    [Fact]
    public async Task A_round_trip_is_given_up_when_the_last_of_those_who_wait_for_it_leaves()
    {
        using var one = new CancellationTokenSource();
        using var other = new CancellationTokenSource();
        var first = _trips.AskAsync(1, Cancel);
        var together = new[] { _trips.AskAsync(2, one.Token), _trips.AskAsync(3, other.Token) };
        (await _server.NextAsync(0)).Answer();
        await first;
        var trip = await _server.NextAsync(1);
        Assert.Equal([2, 3], trip.About);

        await one.CancelAsync();
        Assert.False(trip.IsGivenUp);
        await other.CancelAsync();
        Assert.True(trip.IsGivenUp);
        foreach (var asked in together)
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asked);
        }
    }

    [Fact]
    public async Task One_that_does_not_come_back_holds_up_nobody()
    {
        var stuck = _trips.AskAsync(1, Cancel);
        var next = _trips.AskAsync(2, Cancel);
        (await _server.NextAsync(1)).Answer();
        Assert.Equal("2", await next);
        Assert.False(stuck.IsCompleted);
        _server.Arrived.First().Answer();
        Assert.Equal("1", await stuck);
    }

    [Fact]
    public async Task Many_who_ask_at_a_time_each_get_their_own_answer()
    {
        _server.AnswerAll = true;
        await Task.WhenAll(Enumerable.Range(0, 16).Select(worker => Task.Run(async () =>
        {
            for (var i = 0; i < 500; i++)
            {
                var number = (worker * 1000) + i;
                using var leave = new CancellationTokenSource();
                var asked = _trips.AskAsync(number, leave.Token);
                if (i % 7 == 0)
                {
                    await leave.CancelAsync();
                    await ((Task)asked).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                }
                else
                {
                    Assert.Equal($"{number}", await asked);
                }
            }
        }, Cancel)));

        Assert.True(_server.Arrived.Count < 8_000, "nothing went together");
    }

    /// <summary>Answers when it is told to.</summary>
    private sealed class Server
    {
        public const int Unknown = -1;

        public ConcurrentQueue<Arrival> Arrived { get; } = new();

        /// <summary>At once from now on.</summary>
        public bool AnswerAll { get; set; }

        public async Task TakeAsync(IReadOnlyList<Trips.Question> questions, CancellationToken cancellationToken)
        {
            var arrival = new Arrival(questions, cancellationToken);
            Arrived.Enqueue(arrival);
            if (AnswerAll)
            {
                await Task.Yield();
                arrival.Answer();
            }

            await arrival.Done;
        }

        public async Task<Arrival> NextAsync(int number)
        {
            await Eventually.TrueAsync(() => Arrived.Count > number, Cancel);
            return Arrived.ElementAt(number);
        }
    }

    private sealed class Arrival(IReadOnlyList<Trips.Question> questions, CancellationToken cancellationToken)
    {
        private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public IReadOnlyList<int> About { get; } = [.. questions.Select(question => question.About)];

        public bool IsGivenUp => cancellationToken.IsCancellationRequested;

        public Task Done => _done.Task;

        /// <summary>The last first: whose answer it is, is not told by the order.</summary>
        public void Answer()
        {
            foreach (var question in questions.Reverse().Where(question => question.About != Server.Unknown))
            {
                question.TryAnswer($"{question.About}");
            }

            _done.TrySetResult();
        }

        public void Fail(Exception exception) => _done.TrySetException(exception);
    }

    private sealed class ServerException : DbException;
}
