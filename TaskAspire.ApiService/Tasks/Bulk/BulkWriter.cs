using System.Text.Json;
using Microsoft.AspNetCore.Mvc;
using TaskAspire.ApiService.Errors;
using TaskAspire.ApiService.Writing;
using TaskAspire.Data;

namespace TaskAspire.ApiService.Tasks.Bulk;

/// <summary>Does the operations of a bulk request, in the order given, in one transaction.</summary>
internal sealed class BulkWriter(
    TaskDbContext database, TaskLocks locks, TaskOperations operations, WriteTransaction transaction, RequestValidation validation)
{
    private const string Beginning = "bulk";

    /// <summary>A result for each step.</summary>
    public Task<IReadOnlyList<BulkResult>> RunAsync(Guid userId, IReadOnlyList<BulkStep> steps, CancellationToken cancellationToken) =>
        transaction.RunAsync<IReadOnlyList<BulkResult>>(
            userId,
            async token =>
            {
                await LockAsync(userId, steps, token);
                var results = new List<BulkResult>(steps.Count);
                foreach (var step in steps)
                {
                    results.Add(await RunAsync(userId, step, token));
                }

                return results;
            },
            cancellationToken);

    /// <summary>The same, or nothing but the first problem.</summary>
    public Task<(IReadOnlyList<BulkResult> Results, BulkProblem? Problem)> RunAllOrNothingAsync(
        Guid userId, IReadOnlyList<BulkStep> steps, CancellationToken cancellationToken) =>
        transaction.RunAsync<(IReadOnlyList<BulkResult>, BulkProblem?)>(
            userId,
            async token =>
            {
                await LockAsync(userId, steps, token);
                // Back to here, not to the beginning of a transaction that may be somebody else's (Idempotency-Key).
                await database.Database.CurrentTransaction!.CreateSavepointAsync(Beginning, token);
                var results = new List<BulkResult>(steps.Count);
                foreach (var step in steps)
                {
                    var result = await RunAsync(userId, step, token);
                    if (result.Problem is { } problem)
                    {
                        await database.Database.CurrentTransaction.RollbackToSavepointAsync(Beginning, token);
                        return ([], problem);
                    }

                    results.Add(result);
                }

                return (results, null);
            },
            cancellationToken);

    /// <summary>All that is named, at once: a statement or four instead of that for each operation.</summary>
    private async Task LockAsync(Guid userId, IReadOnlyList<BulkStep> steps, CancellationToken cancellationToken)
    {
        await locks.LockTreeAsync(userId, cancellationToken);
        await locks.LockAllAsync(userId, [.. steps.Where(s => s.Operation?.Id is not null).Select(s => s.TaskId).Distinct()], cancellationToken);
    }

    private async Task<BulkResult> RunAsync(Guid userId, BulkStep step, CancellationToken cancellationToken)
    {
        if (step.Problem is not null)
        {
            return Failed(step, step.Problem);
        }

        var (task, problem) = await WriteAsync(userId, step, cancellationToken);
        if (problem is not null)
        {
            // What it left half changed must not be saved with the next one, which loads again what it needs.
            database.ChangeTracker.Clear();
            return Failed(step, step.Locate(problem));
        }

        return step.Operation!.Op switch
        {
            BulkOperationKind.Delete => new BulkResult(step.Index, StatusCodes.Status204NoContent, null, null, null),
            BulkOperationKind.Create => new BulkResult(step.Index, StatusCodes.Status201Created, TaskETag.Of(task!), task, null),
            _ => new BulkResult(step.Index, StatusCodes.Status200OK, TaskETag.Of(task!), task, null),
        };
    }

    private async Task<(TaskResponse? Task, ProblemDetails? Problem)> WriteAsync(Guid userId, BulkStep step, CancellationToken cancellationToken)
    {
        var (id, item) = (step.TaskId, step.Operation!);
        try
        {
            var result = await (item.Op switch
            {
                BulkOperationKind.Create => operations.CreateAsync(userId, id, step.Task!, cancellationToken),
                BulkOperationKind.Update => operations.UpdateAsync(userId, id, item.IfMatch, TaskUpdate.Patch(item.Patch!, validation), cancellationToken),
                BulkOperationKind.Replace => operations.UpdateAsync(userId, id, item.IfMatch, TaskUpdate.Replace(step.Task!), cancellationToken),
                BulkOperationKind.Complete => operations.UpdateAsync(userId, id, item.IfMatch, TaskUpdate.Complete, cancellationToken),
                BulkOperationKind.Reopen => operations.UpdateAsync(userId, id, item.IfMatch, TaskUpdate.Reopen, cancellationToken),
                BulkOperationKind.Delete => operations.DeleteAsync(userId, id, item.IfMatch, cancellationToken),
                _ => operations.RestoreAsync(userId, id, item.IfMatch, cancellationToken),
            });
            return (result.Task, result.Problem?.ProblemDetails);
        }
        catch (BadHttpRequestException exception) when (exception.InnerException is JsonException json)
        {
            return (null, JsonProblems.Describe(json));
        }
    }

    private static BulkResult Failed(BulkStep step, BulkProblem problem) => new(step.Index, problem.Status, null, null, problem);
}
