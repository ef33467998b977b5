using System.Security.Claims;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using TaskAspire.ApiService.Auth;
using TaskAspire.ApiService.Caching;
using TaskAspire.ApiService.Errors;
using TaskAspire.ApiService.OpenApi;
using TaskAspire.ApiService.Writing;
using TaskAspire.Data.Tasks;

namespace TaskAspire.ApiService.Tasks;

internal static class TaskEndpoints
{
    private const string GetTaskName = "getTask";

    public static WebApplicationBuilder AddTasks(this WebApplicationBuilder builder)
    {
        builder.Services.AddScoped<TaskReader>().AddScoped<TaskWriter>().AddScoped<TaskFields>().AddScoped<TaskJournal>().AddScoped<LabelDeletion>();
        return builder;
    }

    public static RouteGroupBuilder MapTasks(this RouteGroupBuilder api)
    {
        var tasks = api.MapGroup("/tasks").WithTags("Tasks").ProducesProblem(StatusCodes.Status401Unauthorized);

        var read = tasks.MapGroup("").RequireAuthorization(AuthPolicies.TasksRead);
        read.MapGet("", ListAsync).WithName("listTasks").WithSummary("List tasks").DescribeListQuery()
            .ProducesProblem(StatusCodes.Status400BadRequest).CacheOutput(TaskListCachePolicy.Name);
        read.MapGet("/{id:guid}", GetAsync).WithName(GetTaskName).WithSummary("Get a task").HasETag().ProducesProblem(StatusCodes.Status404NotFound);

        var write = tasks.MapGroup("").RequireAuthorization(AuthPolicies.TasksWrite).ProducesProblem(StatusCodes.Status400BadRequest);
        write.MapPost("", CreateAsync).WithName("createTask").WithSummary("Create a task").MakesETag();

        var change = write.MapGroup("/{id:guid}").HasETag().ProducesProblem(StatusCodes.Status404NotFound);
        change.MapPut("", ReplaceAsync).WithName("replaceTask").WithSummary("Replace a task");
        change.MapPatch("", PatchAsync).WithName("patchTask").WithSummary("Change fields of a task")
            .WithDescription("JSON merge patch (RFC 7396): a field that is not sent is not touched, null clears one.")
            .Accepts<TaskPatch>("application/merge-patch+json", "application/json");
        change.MapDelete("", DeleteAsync).WithName("deleteTask").WithSummary("Put a task into the trash");
        change.MapPost("/complete", CompleteAsync).WithName("completeTask").WithSummary("Complete a task").WithDescription("Completing a completed task changes nothing.");
        change.MapPost("/reopen", ReopenAsync).WithName("reopenTask").WithSummary("Take up a completed or cancelled task again").WithDescription("Reopening an open task changes nothing.");
        return api;
    }

    private static async Task<Results<Ok<TaskListResponse>, ProblemHttpResult>> ListAsync(
        TaskListQuery query, ClaimsPrincipal user, TaskReader reader, CancellationToken cancellationToken) =>
        query.Errors.Count > 0
            ? Problems.Validation(query.Errors)
            : TypedResults.Ok(await reader.ListAsync(user.UserId(), query, cancellationToken));

    private static async Task<Results<Ok<TaskResponse>, StatusCodeHttpResult, ProblemHttpResult>> GetAsync(
        Guid id, ClaimsPrincipal user, TaskReader reader, HttpContext context, CancellationToken cancellationToken)
    {
        if (await reader.FindAsync(user.UserId(), id, cancellationToken) is not { } task)
        {
            return Problems.NotFound("task");
        }

        var etag = TaskETag.Of(task);
        context.Response.Headers.ETag = etag;
        return TaskETag.IsIn(context.Request.Headers.IfNoneMatch, etag)
            ? TypedResults.StatusCode(StatusCodes.Status304NotModified)
            : TypedResults.Ok(task);
    }

    private static async Task<Results<CreatedAtRoute<TaskResponse>, ProblemHttpResult>> CreateAsync(
        TaskRequest request, ClaimsPrincipal user, TaskWriter writer, HttpContext context, CancellationToken cancellationToken)
    {
        var result = await writer.CreateAsync(user.UserId(), request, cancellationToken);
        if (result.Task is not { } task)
        {
            return result.Problem!;
        }

        context.Response.Headers.ETag = TaskETag.Of(task);
        return TypedResults.CreatedAtRoute(task, GetTaskName, new { id = task.Id });
    }

    private static async Task<Results<Ok<TaskResponse>, ProblemHttpResult>> ReplaceAsync(
        Guid id, TaskRequest request, ClaimsPrincipal user, TaskWriter writer, HttpContext context, CancellationToken cancellationToken) =>
        Answer(context, await writer.UpdateAsync(
            user.UserId(), id, context.Request.Headers.IfMatch, (_, _) => Task.FromResult<TaskEdit>(request), cancellationToken));

    private static async Task<Results<Ok<TaskResponse>, ProblemHttpResult>> PatchAsync(
        Guid id, [FromBody] JsonObject patch, ClaimsPrincipal user, TaskWriter writer, RequestValidation validation, HttpContext context, CancellationToken cancellationToken) =>
        Answer(context, await writer.UpdateAsync(
            user.UserId(),
            id,
            context.Request.Headers.IfMatch,
            async (current, token) =>
            {
                var request = MergePatch.Apply(TaskPatch.Base(current), patch);
                return await validation.CheckAsync(request, token) is { } errors ? Problems.Validation(errors) : request;
            },
            cancellationToken));

    private static async Task<Results<NoContent, ProblemHttpResult>> DeleteAsync(
        Guid id, ClaimsPrincipal user, TaskWriter writer, HttpContext context, CancellationToken cancellationToken)
    {
        var result = await writer.DeleteAsync(user.UserId(), id, context.Request.Headers.IfMatch, cancellationToken);
        return result.Problem is { } problem ? problem : TypedResults.NoContent();
    }

    private static Task<Results<Ok<TaskResponse>, ProblemHttpResult>> CompleteAsync(
        Guid id, ClaimsPrincipal user, TaskWriter writer, HttpContext context, CancellationToken cancellationToken) =>
        SetStatusAsync(id, TaskItemStatus.Done, user, writer, context, cancellationToken);

    private static Task<Results<Ok<TaskResponse>, ProblemHttpResult>> ReopenAsync(
        Guid id, ClaimsPrincipal user, TaskWriter writer, HttpContext context, CancellationToken cancellationToken) =>
        SetStatusAsync(id, TaskItemStatus.Todo, user, writer, context, cancellationToken);

    private static async Task<Results<Ok<TaskResponse>, ProblemHttpResult>> SetStatusAsync(
        Guid id, TaskItemStatus status, ClaimsPrincipal user, TaskWriter writer, HttpContext context, CancellationToken cancellationToken) =>
        Answer(context, await writer.UpdateAsync(
            user.UserId(),
            id,
            context.Request.Headers.IfMatch,
            (current, _) =>
            {
                var staysOpen = status == TaskItemStatus.Todo && current.Status == TaskItemStatus.InProgress;
                return Task.FromResult<TaskEdit>(TaskPatch.Base(current) with { Status = staysOpen ? current.Status : status });
            },
            cancellationToken));

    private static Results<Ok<TaskResponse>, ProblemHttpResult> Answer(HttpContext context, TaskWriteResult result)
    {
        if (result.Task is not { } task)
        {
            return result.Problem!;
        }

        context.Response.Headers.ETag = TaskETag.Of(task);
        return TypedResults.Ok(task);
    }
}
