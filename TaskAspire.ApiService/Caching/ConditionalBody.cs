using Microsoft.AspNetCore.OutputCaching;
using TaskAspire.ApiService.Writing;

namespace TaskAspire.ApiService.Caching;

/// <summary>
/// Answers 304 in place of a list that the client has already. It is behind the output cache, which therefore keeps what is not sent: by itself the cache answers so
/// only from what it has, and a client that asks every minute whether its list has changed would be answered from the database for ever, once the list had expired.
/// </summary>
internal sealed class ConditionalBody(HttpContext context, Stream client) : Stream
{
    private bool _begun;

    /// <summary>Whether the client has what was written, and was answered 304.</summary>
    public bool IsKnown { get; private set; }

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>To be called before the output cache takes the body for its own, as a policy does for a request.</summary>
    public static void PutBehind(OutputCacheContext cache)
    {
        var context = cache.HttpContext;
        if (context.Request.Headers.IfNoneMatch.Count > 0)
        {
            var body = new ConditionalBody(context, context.Response.Body);
            context.Response.Body = body;
            context.Features.Set(body);
        }
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Begin();
        return IsKnown ? ValueTask.CompletedTask : client.WriteAsync(buffer, cancellationToken);
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Write(byte[] buffer, int offset, int count)
    {
        Begin();
        if (!IsKnown)
        {
            client.Write(buffer, offset, count);
        }
    }

    public override Task FlushAsync(CancellationToken cancellationToken)
    {
        Begin();
        return IsKnown ? Task.CompletedTask : client.FlushAsync(cancellationToken);
    }

    public override void Flush()
    {
        Begin();
        if (!IsKnown)
        {
            client.Flush();
        }
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    private void Begin()
    {
        if (_begun)
        {
            return;
        }

        _begun = true;
        var response = context.Response;
        if (response.StatusCode == StatusCodes.Status200OK && response.Headers.ETag is [{ } etag] && EntityTags.IsKnown(context, etag))
        {
            IsKnown = true;
            response.StatusCode = StatusCodes.Status304NotModified;
            response.ContentLength = null;
            response.ContentType = null;
        }
    }
}
