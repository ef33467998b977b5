using System.Data.Common;
using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;

namespace TaskAspire.ApiService.Reading;

/// <summary>
/// Takes questions to a server together: while one round trip is under way, what is asked meanwhile waits and then goes in the next. Alone, a question goes at once.
/// The way there and back, with the processes it wakes, is most of what a small question costs; so the more are asked, the cheaper each becomes
/// (docs/adr/0013-shared-round-trips.md).
/// </summary>
/// <remarks>A question goes only in a round trip that begins after it was asked, so the answer knows all that was written before.</remarks>
/// <typeparam name="TAbout">What is asked about.</typeparam>
/// <typeparam name="TAnswer">What comes back.</typeparam>
/// <param name="make">Makes a round trip: answers the questions, in any order. One that it leaves out is answered with nothing.</param>
/// <param name="maxTogether">Questions in one round trip. When as many wait, another begins beside it.</param>
internal sealed class RoundTrips<TAbout, TAnswer>(Func<IReadOnlyList<RoundTrips<TAbout, TAnswer>.Question>, CancellationToken, Task> make, int maxTogether)
    where TAnswer : class
{
    /// <summary>Round trips that begin side by side.</summary>
    internal const int MaxAtOnce = 4;

    /// <summary>
    /// How long a round trip may take before the next no longer waits for it: many times what it usually takes, and little to those who wait.
    /// Real time, also where tests bring a clock of their own: it is a real server that is waited for.
    /// </summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(20);

    /// <remarks>Bounded by the requests under way.</remarks>
    private readonly Queue<Question> _waiting = new();
    private readonly Lock _lock = new();
    private int _underWay;

    /// <summary>Asks, and waits for the answer.</summary>
    /// <param name="about">What is asked about.</param>
    /// <param name="cancellationToken">Whoever asked no longer waits. A round trip that nobody waits for any more is given up.</param>
    public async Task<TAnswer?> AskAsync(TAbout about, CancellationToken cancellationToken)
    {
        var question = new Question(about, this);
        var registration = cancellationToken.UnsafeRegister(static (question, token) => ((Question)question!).Leave(token), question);
        try
        {
            if (Enqueue(question))
            {
                _ = MakeAllAsync();
            }

            return await question.Answer;
        }
        finally
        {
            registration.Unregister();
        }
    }

    /// <returns>Whether the caller is to make round trips.</returns>
    private bool Enqueue(Question question)
    {
        lock (_lock)
        {
            _waiting.Enqueue(question);
            if (_underWay > 0 && (_underWay >= MaxAtOnce || _waiting.Count < maxTogether))
            {
                return false;
            }

            _underWay++;
            return true;
        }
    }

    private async Task MakeAllAsync()
    {
        while (Next() is { } trip)
        {
            // One that takes long goes on beside the next.
            await MakeAsync(trip).WaitAsync(Patience).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private RoundTrip? Next()
    {
        lock (_lock)
        {
            RoundTrip? trip = null;
            while (_waiting.Count > 0 && trip?.Questions.Count != maxTogether)
            {
                var question = _waiting.Dequeue();
                if (!question.IsAnswered)
                {
                    trip ??= new RoundTrip();
                    question.JoinIn(trip);
                }
            }

            if (trip is null)
            {
                _underWay--;
            }

            return trip;
        }
    }

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "Those who asked get it.")]
    private async Task MakeAsync(RoundTrip trip)
    {
        // A trace has it where it was asked for first.
        Activity.Current = trip.Questions[0].Activity;
        try
        {
            await make(trip.Questions, trip.Abandoned.Token);
            foreach (var question in trip.Questions)
            {
                question.TryAnswer(null);
            }
        }
        catch (DbException exception) when (!exception.IsTransient && trip.Questions.Count > 1)
        {
            // It may be about one of them: a row that cannot be read is nothing to the others.
            foreach (var question in trip.Questions.Where(question => !question.IsAnswered))
            {
                await MakeAsync(Alone(question));
            }
        }
        catch (Exception exception)
        {
            foreach (var question in trip.Questions)
            {
                question.Fail(exception);
            }
        }
    }

    private RoundTrip Alone(Question question)
    {
        lock (_lock)
        {
            var trip = new RoundTrip();
            question.JoinIn(trip);
            return trip;
        }
    }

    /// <summary>What somebody waits to hear.</summary>
    internal sealed class Question(TAbout about, RoundTrips<TAbout, TAnswer> trips)
    {
        private readonly TaskCompletionSource<TAnswer?> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private RoundTrip? _trip;

        public TAbout About => about;

        /// <summary>Whether there is nothing to do for it any more; also when whoever asked has left.</summary>
        public bool IsAnswered => _answer.Task.IsCompleted;

        internal Task<TAnswer?> Answer => _answer.Task;

        internal Activity? Activity { get; } = Activity.Current;

        /// <returns>Whether somebody waited for it.</returns>
        public bool TryAnswer(TAnswer? answer) => _answer.TrySetResult(answer);

        internal void Fail(Exception exception) => _answer.TrySetException(exception);

        internal void JoinIn(RoundTrip trip)
        {
            _trip = trip;
            trip.Questions.Add(this);
            trip.Waiters++;
        }

        internal void Leave(CancellationToken cancellationToken)
        {
            lock (trips._lock)
            {
                if (!_answer.TrySetCanceled(cancellationToken) || _trip is null || --_trip.Waiters > 0)
                {
                    return;
                }
            }

            _trip.Abandoned.Cancel();
        }
    }

    internal sealed class RoundTrip
    {
        public List<Question> Questions { get; } = [];

        /// <summary>Questions whose answer somebody waits for.</summary>
        public int Waiters { get; set; }

        /// <summary>Nobody waits for it any more.</summary>
        /// <remarks>Not disposed: the last one to leave may be about to cancel it while it ends.</remarks>
        public CancellationTokenSource Abandoned { get; } = new();
    }
}
