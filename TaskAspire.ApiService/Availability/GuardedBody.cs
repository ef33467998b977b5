using System.IO.Pipelines;
using Microsoft.AspNetCore.Http.Features;

namespace TaskAspire.ApiService.Availability;

/// <summary>
/// The body of a <see cref="GuardedRequest"/>. Kestrel ends the connection of a response whose write is cancelled, so that an answer which is ready
/// when the database goes would be a broken connection: writes are cancelled when the client is gone, and not with the work. Work that
/// was answered for meanwhile writes nothing more.
/// </summary>
internal sealed class GuardedBody(IHttpResponseBodyFeature inner, GuardedRequest request) : PipeWriter, IHttpResponseBodyFeature
{
    private readonly PipeWriter _writer = inner.Writer;
    private Stream? _stream;

    public PipeWriter Writer => this;

    public Stream Stream => _stream ??= AsStream(leaveOpen: true);

    public override bool CanGetUnflushedBytes => _writer.CanGetUnflushedBytes;

    public override long UnflushedBytes => _writer.UnflushedBytes;

    public override Memory<byte> GetMemory(int sizeHint = 0)
    {
        request.BeginAnswer();
        return _writer.GetMemory(sizeHint);
    }

    public override Span<byte> GetSpan(int sizeHint = 0)
    {
        request.BeginAnswer();
        return _writer.GetSpan(sizeHint);
    }

    public override void Advance(int bytes) => _writer.Advance(bytes);

    public override void CancelPendingFlush() => _writer.CancelPendingFlush();

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        request.BeginAnswer();
        return _writer.FlushAsync(OfClient(cancellationToken));
    }

    public override ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default)
    {
        request.BeginAnswer();
        return _writer.WriteAsync(source, OfClient(cancellationToken));
    }

    public override void Complete(Exception? exception = null) => _writer.Complete(exception);

    public override ValueTask CompleteAsync(Exception? exception = null) => _writer.CompleteAsync(exception);

    public void DisableBuffering() => inner.DisableBuffering();

    public Task StartAsync(CancellationToken cancellationToken = default)
    {
        request.BeginAnswer();
        return inner.StartAsync(OfClient(cancellationToken));
    }

    public Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default)
    {
        request.BeginAnswer();
        return inner.SendFileAsync(path, offset, count, OfClient(cancellationToken));
    }

    Task IHttpResponseBodyFeature.CompleteAsync()
    {
        request.BeginAnswer();
        return inner.CompleteAsync();
    }

    private CancellationToken OfClient(CancellationToken cancellationToken) => cancellationToken == request.Token ? request.ClientGone : cancellationToken;
}
