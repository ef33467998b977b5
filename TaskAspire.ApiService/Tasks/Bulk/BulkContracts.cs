using System.ComponentModel.DataAnnotations;

namespace TaskAspire.ApiService.Tasks.Bulk;

/// <summary>Several operations on tasks, done in the order given.</summary>
public sealed record BulkRequest
{
    /// <summary>Most operations in a request.</summary>
    public const int MaxOperations = 100;

    /// <summary>Whether all or none of them are done. Otherwise one that fails keeps none of the others from being done.</summary>
    public bool Atomic { get; init; }

    /// <summary>1 to 100 of them.</summary>
    [MinLength(1), MaxLength(MaxOperations)]
    public required IReadOnlyList<BulkOperation> Operations { get; init; }
}

/// <summary>One of several operations.</summary>
public sealed record BulkOperation
{
    /// <summary>What to do. Each does what the route of its own does.</summary>
    public required BulkOperationKind Op { get; init; }

    /// <summary>The task; not for <c>create</c>.</summary>
    public Guid? Id { get; init; }

    /// <summary>The whole task, for <c>create</c> and <c>replace</c>.</summary>
    public TaskRequest? Task { get; init; }

    /// <summary>A JSON merge patch (RFC 7396), for <c>update</c>.</summary>
    public TaskPatch? Patch { get; init; }

    /// <summary>Entity tags of which one must be current, as in the header <c>If-Match</c>; not for <c>create</c>.</summary>
    public string? IfMatch { get; init; }
}

/// <summary>What can be done to a task.</summary>
public enum BulkOperationKind
{
    /// <summary>As <c>POST /tasks</c>.</summary>
    Create,

    /// <summary>As <c>PATCH /tasks/{id}</c>.</summary>
    Update,

    /// <summary>As <c>PUT /tasks/{id}</c>.</summary>
    Replace,

    /// <summary>As <c>POST /tasks/{id}/complete</c>.</summary>
    Complete,

    /// <summary>As <c>POST /tasks/{id}/reopen</c>.</summary>
    Reopen,

    /// <summary>As <c>DELETE /tasks/{id}</c>: into the trash.</summary>
    Delete,

    /// <summary>As <c>POST /tasks/{id}/restore</c>.</summary>
    Restore,
}

/// <summary>What became of the operations.</summary>
/// <param name="Succeeded">How many were done.</param>
/// <param name="Failed">How many were not.</param>
/// <param name="Results">One for each operation, in the same order.</param>
public sealed record BulkResponse(int Succeeded, int Failed, IReadOnlyList<BulkResult> Results);

/// <summary>What became of an operation.</summary>
/// <param name="Index">Its place among the operations, from 0.</param>
/// <param name="Status">The HTTP status that the route of its own would have answered.</param>
/// <param name="Etag">The entity tag of the task now.</param>
/// <param name="Task">The task now; null where the operation failed, and for <c>delete</c>.</param>
/// <param name="Problem">Why it failed.</param>
public sealed record BulkResult(int Index, int Status, string? Etag, TaskResponse? Task, BulkProblem? Problem);

/// <summary>Why an operation failed, as the problem details (RFC 9457) of its own route would say it.</summary>
/// <param name="Type">What kind of problem it is; stable, to branch on (docs/problems.md).</param>
/// <param name="Title">The status in words.</param>
/// <param name="Status">The status.</param>
/// <param name="Detail">What went wrong, and what to do about it.</param>
/// <param name="Errors">What is wrong, by path in the request (<c>operations[3].task.title</c>).</param>
public sealed record BulkProblem(string Type, string Title, int Status, string Detail, IReadOnlyDictionary<string, string[]> Errors);
