using System.Diagnostics;
using Microsoft.AspNetCore.Http.Features;
using TaskAspire.ApiService.Errors;

namespace TaskAspire.ApiService.Availability;

/// <summary>
/// A request while the database may go away. Its work is cancelled then. That ends a wait for a connection at once, but not a statement behind
/// which a transaction was begun, or the connection reset: there the driver waits until the command times out. So after a
/// moment the client is answered, and the work is left to end by itself.
/// </summary>
internal sealed class GuardedRequest : IDisposable
{
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(200);

    /// <summary>More than the connection pool has connections unless it was made larger, so that those that wait for the server leave some for the rest.</summary>
    private static readonly SemaphoreSlim CancelThreads = new(32);

    private readonly HttpContext _context;
    private readonly IProblemDetailsService _problems;
    private readonly IHttpResponseBodyFeature _body;
    private readonly CancellationTokenSource _end;
    private readonly CancellationTokenSource _ended = new();
    private Task _answer = Task.CompletedTask;
    private volatile Answering _answering;

    public GuardedRequest(HttpContext context, IProblemDetailsService problems)
    {
        (_context, _problems) = (context, problems);
        _body = context.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
        ClientGone = context.RequestAborted;
        _end = CancellationTokenSource.CreateLinkedTokenSource(ClientGone);
        context.Features.Set<IHttpResponseBodyFeature>(new GuardedBody(_body, this));
        context.RequestAborted = Token;
    }

    private enum Answering
    {
        Nobody,
        Work,
        Refusal,
    }

    /// <summary>Cancelled when the client is gone, or the database.</summary>
    public CancellationToken Token => _end.Token;

    /// <summary>Cancelled when the client is gone.</summary>
    public CancellationToken ClientGone { get; }

    /// <summary>The client was told to come again, whatever becomes of the work.</summary>
    public bool IsRefused => _answering == Answering.Refusal;

    /// <summary>From now on the work answers, and is not answered for.</summary>
    /// <exception cref="OperationCanceledException">It was already answered for.</exception>
    public void BeginAnswer()
    {
        if (_answering != Answering.Work && Interlocked.CompareExchange(ref _answering, Answering.Work, Answering.Nobody) == Answering.Refusal)
        {
            throw new OperationCanceledException(Token);
        }
    }

    /// <summary>The database is gone.</summary>
    public void GiveUp() => _answer = GiveUpAsync();

    /// <summary>The work has ended. Who answers for it meanwhile has done so when this returns, and what stands outside finds the request as it was.</summary>
    public async Task EndAsync()
    {
        await _ended.CancelAsync();
        try
        {
            await _answer;
        }
        finally
        {
            _context.Features.Set(_body);
            _context.RequestAborted = ClientGone;
        }
    }

    public void Dispose()
    {
        _end.Dispose();
        _ended.Dispose();
    }

    private async Task GiveUpAsync()
    {
        if (_context.Response.HasStarted)
        {
            // A stream of events, an export: it has its own way to deal with it, and no status left to say it with.
            return;
        }

        var cancelled = CancelAsync();
        await Task.Delay(Grace, _ended.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!_ended.IsCancellationRequested && Interlocked.CompareExchange(ref _answering, Answering.Refusal, Answering.Nobody) == Answering.Nobody)
        {
            await AnswerAsync();
        }

        await cancelled;
    }

    /// <summary>
    /// On a thread of its own: for a statement, the driver asks the server to give it up, and waits for it. With the pool's threads held by that,
    /// nobody would be answered in time. Most have no statement and are done at once, so a few threads do for any number of requests.
    /// </summary>
    private async Task CancelAsync()
    {
        await CancelThreads.WaitAsync();
        try
        {
            await Task.Factory.StartNew(_end.Cancel, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        }
        finally
        {
            CancelThreads.Release();
        }
    }

    private async Task AnswerAsync()
    {
        // The same response, but not through the body that the work has, which is closed to it now, nor cancelled with the work.
        var context = new DefaultHttpContext(new FeatureCollection(_context.Features));
        context.Features.Set(_body);
        context.Features.Set<IHttpRequestLifetimeFeature>(new HttpRequestLifetimeFeature { RequestAborted = ClientGone });
        // Who notices the outage does so outside of the request's trace, whose id the answer tells.
        Activity.Current = _context.Features.Get<IHttpActivityFeature>()?.Activity;
        context.Response.Clear();
        // The next request on this connection would have to wait for the work.
        context.Response.Headers.Connection = "close";
        var problem = Problems.Unavailable(context, "Database");
        context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        await _problems.WriteAsync(new ProblemDetailsContext { HttpContext = context, ProblemDetails = problem });
        await context.Response.CompleteAsync();
    }
}
