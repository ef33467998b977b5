using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;
using TaskAspire.ApiService.Auth;
using TaskAspire.ApiService.Errors;
using TaskAspire.ApiService.Shutdown;
using TaskAspire.ApiService.Sync;

namespace TaskAspire.ApiService.Live;

/// <summary>Sends a user's changes to a client until the client, its credential or the service goes.</summary>
internal sealed class LiveStreams(
    LiveChanges changes, IServiceScopeFactory scopes, ShutdownDelay shutdown, IOptions<LiveOptions> options, TimeProvider clock, ILogger<LiveStreams> logger)
{
    /// <summary>Runs a stream to its end.</summary>
    /// <param name="context">The request.</param>
    /// <param name="listener">What wakes the stream.</param>
    /// <param name="start">What the client knows already.</param>
    public async Task RunAsync(HttpContext context, LiveListener listener, SyncPoint start)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, shutdown.Over);
        try
        {
            await SendAsync(context, listener, start, end.Token);
        }
        catch (OperationCanceledException)
        {
            // The client has gone, or the service goes: it connects again, to another instance.
        }
    }

    private async Task SendAsync(HttpContext context, LiveListener listener, SyncPoint position, CancellationToken cancellationToken)
    {
        var stream = new EventStream(context.Response);
        await stream.BeginAsync(options.Value.ReconnectDelay, position, cancellationToken);
        if (HttpMethods.IsHead(context.Request.Method))
        {
            return;
        }

        var heartbeat = options.Value.HeartbeatInterval;
        var lastBeat = clock.GetTimestamp();
        var look = true;
        while (true)
        {
            if (look)
            {
                var (page, isKnown) = await TryReadAsync(listener.UserId, position, cancellationToken);
                if (!isKnown)
                {
                    // Changes that it did not read yet are past keeping, or the database lost some that it did (a failover, a backup).
                    await stream.ResetAsync(cancellationToken);
                    return;
                }

                foreach (var change in page?.Changes ?? [])
                {
                    await stream.SendAsync(change, cancellationToken);
                }

                position = page?.End ?? position;

                // A database that is away is asked again at the next beat, or when notifications are heard again.
                look = page is null or { HasMore: true };
                if (page is { HasMore: true } && clock.GetElapsedTime(lastBeat) < heartbeat)
                {
                    continue;
                }
            }

            var left = heartbeat - clock.GetElapsedTime(lastBeat);
            look |= left > TimeSpan.Zero && await listener.Wake.WaitAsync(left, clock, cancellationToken);
            if (clock.GetElapsedTime(lastBeat) >= heartbeat)
            {
                if (!await IsStillGoodAsync(context, listener.UserId, cancellationToken))
                {
                    return;
                }

                await stream.BeatAsync(cancellationToken);
                lastBeat = clock.GetTimestamp();
            }
        }
    }

    private async Task<(ChangePage? Page, bool IsKnown)> TryReadAsync(Guid userId, SyncPoint after, CancellationToken cancellationToken)
    {
        try
        {
            var page = await changes.ReadAsync(userId, after, cancellationToken);
            return (page, page is not null);
        }
        catch (Exception exception) when (ExceptionProblems.IsAway(exception))
        {
            logger.LogDebug("A live stream waits for the database: {Reason}", exception.GetBaseException().Message);
            return (null, true);
        }
    }

    /// <summary>Whether the request would be let in again now: the token has not expired, the session or key has not ended.</summary>
    private async Task<bool> IsStillGoodAsync(HttpContext context, Guid userId, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        // Handlers keep what they found for the length of a request, so this is one of its own.
        var again = new DefaultHttpContext { RequestServices = scope.ServiceProvider, RequestAborted = cancellationToken };
        again.Connection.RemoteIpAddress = context.Connection.RemoteIpAddress;
        foreach (var (name, values) in context.Request.Headers)
        {
            again.Request.Headers[name] = values;
        }

        try
        {
            return (await again.AuthenticateAsync()).Principal?.FindUserId() == userId;
        }
        catch (Exception exception) when (ExceptionProblems.IsAway(exception))
        {
            // Without the database there is nothing to tell the client either; the next beat asks again.
            return true;
        }
    }
}
