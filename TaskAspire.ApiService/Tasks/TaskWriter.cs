using Microsoft.Extensions.Primitives;
using TaskAspire.ApiService.Writing;

namespace TaskAspire.ApiService.Tasks;

/// <summary>Writes tasks one by one: each of the <see cref="TaskOperations"/> in a transaction of its own.</summary>
internal sealed class TaskWriter(TaskOperations operations, WriteTransaction transaction)
{
    /// <inheritdoc cref="TaskOperations.CreateAsync" />
    public Task<TaskWriteResult> CreateAsync(Guid userId, TaskRequest request, CancellationToken cancellationToken)
    {
        // Made here, so that a second run, while the commit of the first is still under way unknown to anybody, does not make a second task.
        var id = Guid.CreateVersion7();
        return transaction.RunAsync(userId, token => operations.CreateAsync(userId, id, request, token), cancellationToken);
    }

    /// <inheritdoc cref="TaskOperations.UpdateAsync" />
    public Task<TaskWriteResult> UpdateAsync(Guid userId, Guid id, StringValues ifMatch, TaskUpdate update, CancellationToken cancellationToken) =>
        transaction.RunAsync(userId, token => operations.UpdateAsync(userId, id, ifMatch, update, token), cancellationToken);

    /// <inheritdoc cref="TaskOperations.DeleteAsync" />
    public Task<TaskWriteResult> DeleteAsync(Guid userId, Guid id, StringValues ifMatch, CancellationToken cancellationToken) =>
        transaction.RunAsync(userId, token => operations.DeleteAsync(userId, id, ifMatch, token), cancellationToken);

    /// <inheritdoc cref="TaskOperations.RestoreAsync" />
    public Task<TaskWriteResult> RestoreAsync(Guid userId, Guid id, StringValues ifMatch, CancellationToken cancellationToken) =>
        transaction.RunAsync(userId, token => operations.RestoreAsync(userId, id, ifMatch, token), cancellationToken);

    /// <inheritdoc cref="TaskOperations.PurgeAsync" />
    public Task<TaskWriteResult> PurgeAsync(Guid userId, Guid id, StringValues ifMatch, CancellationToken cancellationToken) =>
        transaction.RunAsync(userId, token => operations.PurgeAsync(userId, id, ifMatch, token), cancellationToken);
}
