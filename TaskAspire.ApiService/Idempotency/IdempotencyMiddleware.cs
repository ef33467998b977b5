using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http.HttpResults;
using TaskAspire.ApiService.Caching;
using TaskAspire.ApiService.Errors;
using TaskAspire.ApiService.Writing;
using TaskAspire.Data;

namespace TaskAspire.ApiService.Idempotency;

/// <summary>
/// A POST with an <c>Idempotency-Key</c> is done once: the key, all that the endpoint writes and the answer are one transaction. So
/// whoever repeats it gets the first answer, whether the repeat comes after a crash, after an answer that was lost, or at the same
/// time. Being middleware, it holds for every POST, those of tomorrow included.
/// </summary>
/// <remarks>Only a success is kept. What was refused wrote nothing, and may be corrected and sent again with the same key.</remarks>
internal sealed class IdempotencyMiddleware(RequestDelegate next, IDataProtectionProvider protection)
{
    private const string RetryAfterSeconds = "1";

    private readonly IDataProtector _protector = protection.CreateProtector("TaskAspire.Idempotency");

    public Task InvokeAsync(HttpContext context)
    {
        var header = context.Request.Headers[IdempotentRequest.HeaderName];
        if (header.Count == 0 || !HttpMethods.IsPost(context.Request.Method) || context.GetEndpoint() is null)
        {
            return next(context);
        }

        return header is [{ } key] && IdempotentRequest.IsKey(key)
            ? RunOnceAsync(context, key)
            : Problems.Validation(
                IdempotentRequest.HeaderName, "Send one key of 1 to 255 visible ASCII characters, such as a new UUID for each request.").ExecuteAsync(context);
    }

    private async Task RunOnceAsync(HttpContext context, string key)
    {
        // Here, and not for each request that comes along: most need no context of the database.
        var database = context.RequestServices.GetRequiredService<TaskDbContext>();
        var keys = context.RequestServices.GetRequiredService<IdempotencyKeys>();
        var versions = context.RequestServices.GetRequiredService<TaskListVersions>();
        var request = await IdempotentRequest.ReadAsync(context, key);
        var headers = context.Response.Headers.ToArray();
        RequestDelegate answer;
        try
        {
            answer = await database.InTransactionAsync(
                token =>
                {
                    // This may be the second time, after a transient fault; the first may have left traces.
                    context.Request.Body.Position = 0;
                    context.Response.Clear();
                    Array.ForEach(headers, context.Response.Headers.Add);
                    return FindOrRunAsync(context, request, keys, token);
                },
                context.RequestAborted);
        }
        finally
        {
            if (request.UserId is { } userId)
            {
                // After a repeat, too: the first request may have died between its commit and this. And after a commit that broke off, of which nobody knows.
                await versions.BumpAsync(userId);
            }
        }

        await answer(context);
    }

    private async Task<RequestDelegate> FindOrRunAsync(HttpContext context, IdempotentRequest request, IdempotencyKeys keys, CancellationToken cancellationToken)
    {
        switch (await keys.TakeAsync(request, cancellationToken))
        {
            case (KeyState.Answered, { } first):
                return replayed => first.SendAsync(replayed.Response, _protector, replayed.RequestAborted);
            case (KeyState.UsedForAnother, _):
                return UsedForAnother().ExecuteAsync;
            case (KeyState.InUse, _):
                context.Response.Headers.RetryAfter = RetryAfterSeconds;
                return InUse().ExecuteAsync;
        }

        var body = await CaptureAsync(context);
        if (context.Response.StatusCode is >= 200 and < 300)
        {
            var owner = request.UserId ?? context.Features.Get<IdempotencyOwner>()?.UserId;
            await keys.KeepAsync(request, owner, StoredAnswer.Of(context.Response, body, _protector), cancellationToken);
        }
        else
        {
            await keys.FreeAsync(request, cancellationToken);
        }

        // An empty answer is not begun, so that a problem without details still gets them further out.
        return body.Length == 0 ? _ => Task.CompletedTask : async answered => await answered.Response.Body.WriteAsync(body, answered.RequestAborted);
    }

    private async Task<byte[]> CaptureAsync(HttpContext context)
    {
        var client = context.Response.Body;
        using var buffer = new MemoryStream();
        context.Response.Body = buffer;
        try
        {
            await next(context);
            await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
            return buffer.ToArray();
        }
        finally
        {
            context.Response.Body = client;
        }
    }

    private static ProblemHttpResult UsedForAnother() => Problems.Create(
        StatusCodes.Status422UnprocessableEntity,
        ProblemTypes.IdempotencyKeyReused,
        "Another request was sent with this Idempotency-Key. A repeat must be the same to the byte; use a new key for a new request.");

    private static ProblemHttpResult InUse() => Problems.Create(
        StatusCodes.Status409Conflict,
        ProblemTypes.IdempotencyKeyInUse,
        "The first request with this Idempotency-Key is still running. Send it again after the time in Retry-After to get its answer.");
}
