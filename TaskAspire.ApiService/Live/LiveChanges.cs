using Microsoft.Extensions.Options;
using TaskAspire.ApiService.Sync;

namespace TaskAspire.ApiService.Live;

/// <summary>Reads changes for streams: each time with a scope of its own, so that a stream that waits holds nothing of the database.</summary>
internal sealed class LiveChanges(IServiceScopeFactory scopes, IOptions<LiveOptions> options) : IDisposable
{
    /// <summary>What a stream holds in memory while its client does not read.</summary>
    private const int PageSize = 50;

    private readonly SemaphoreSlim _turns = new(options.Value.MaxConcurrentReads);

    /// <summary>The change after which a stream begins: the one the client names, or the newest. Null when what came after the one it names is not known.</summary>
    public Task<SyncPoint?> FindStartAsync(Guid userId, long? after, CancellationToken cancellationToken) => ReadAsync<SyncPoint?>(
        async reader => after is not { } known ? await reader.FindEndAsync(userId, cancellationToken)
            : await reader.HasAsync(userId, known, cancellationToken) ? new SyncPoint(known, null)
            : null,
        cancellationToken);

    /// <summary>The changes after a point; null when they are not known.</summary>
    public Task<ChangePage?> ReadAsync(Guid userId, SyncPoint after, CancellationToken cancellationToken) =>
        ReadAsync(reader => reader.ReadAsync(userId, after, PageSize, cancellationToken), cancellationToken);

    public void Dispose() => _turns.Dispose();

    private async Task<T> ReadAsync<T>(Func<ChangeReader, Task<T>> read, CancellationToken cancellationToken)
    {
        await _turns.WaitAsync(cancellationToken);
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            return await read(scope.ServiceProvider.GetRequiredService<ChangeReader>());
        }
        finally
        {
            _turns.Release();
        }
    }
}
