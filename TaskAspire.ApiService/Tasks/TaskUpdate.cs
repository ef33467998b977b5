using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.HttpResults;
using TaskAspire.ApiService.Errors;
using TaskAspire.ApiService.Writing;
using TaskAspire.Data.Tasks;

namespace TaskAspire.ApiService.Tasks;

/// <summary>A change of a task, from the task as it is to the task as it shall be, or to what is wrong with that.</summary>
/// <param name="TouchesTree">Whether it may give the task another parent, or complete it and with it its subtasks.</param>
/// <param name="Edit">May run more than once.</param>
internal sealed record TaskUpdate(bool TouchesTree, Func<TaskResponse, CancellationToken, Task<TaskEdit>> Edit)
{
    /// <summary>Completes it.</summary>
    public static TaskUpdate Complete { get; } = new(true, (current, _) =>
        Task.FromResult<TaskEdit>(TaskPatch.Base(current) with { Status = TaskItemStatus.Done }));

    /// <summary>Takes it up again; one that is open stays as it is.</summary>
    public static TaskUpdate Reopen { get; } = new(false, (current, _) =>
        Task.FromResult<TaskEdit>(TaskPatch.Base(current) with { Status = current.Status == TaskItemStatus.InProgress ? current.Status : TaskItemStatus.Todo }));

    /// <summary>Replaces it as a whole.</summary>
    public static TaskUpdate Replace(TaskRequest request) => new(true, (_, _) => Task.FromResult<TaskEdit>(request));

    /// <summary>Lays a merge patch over it.</summary>
    public static TaskUpdate Patch(JsonObject patch, RequestValidation validation) => new(
        patch.ContainsKey("parentId") || patch.ContainsKey("status"),
        async (current, token) =>
        {
            var request = MergePatch.Apply(TaskPatch.Base(current), patch);
            return await validation.CheckAsync(request, token) is { } errors ? Problems.Validation(errors) : request;
        });
}

/// <summary>What a task shall be, or what is wrong with that.</summary>
internal readonly record struct TaskEdit(TaskRequest? Request, ProblemHttpResult? Problem)
{
    public static implicit operator TaskEdit(TaskRequest request) => new(request, null);

    public static implicit operator TaskEdit(ProblemHttpResult problem) => new(null, problem);
}
