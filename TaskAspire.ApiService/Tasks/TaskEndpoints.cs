using System.Security.Claims;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using TaskAspire.ApiService.Auth;
using TaskAspire.ApiService.Caching;
using TaskAspire.ApiService.Errors;
using TaskAspire.ApiService.Json;
using TaskAspire.ApiService.OpenApi;
using TaskAspire.ApiService.Reading;
using TaskAspire.ApiService.Tasks.Bulk;
using TaskAspire.ApiService.Tasks.History;
using TaskAspire.ApiService.Tasks.Trash;
using TaskAspire.ApiService.Writing;

namespace TaskAspire.ApiService.Tasks;

internal static class TaskEndpoints
{
    public static WebApplicationBuilder AddTasks(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<DatabaseReads>().AddSingleton<TaskTotals>().AddSingleton<TaskLists>().AddSingleton<TaskLookups>().AddScoped<TaskReader>().AddScoped<TaskWriter>().AddScoped<TaskOperations>()
            .AddScoped<TaskLocks>().AddScoped<TaskTree>().AddScoped<TaskFields>().AddScoped<TaskJournal>();
        builder.Services.AddScoped<BulkWriter>().AddScoped<LabelDeletion>();
        builder.Services.AddTrash();
        return builder;
    }

    public static RouteGroupBuilder MapTasks(this RouteGroupBuilder api)
    {
        var tasks = api.MapGroup("/tasks").WithTags("Tasks").ProducesProblem(StatusCodes.Status401Unauthorized);

        var read = tasks.MapGroup("").RequireAuthorization(AuthPolicies.TasksRead);
        read.MapGet("", ListAsync).WithName("listTasks").WithSummary("List tasks").DescribeListQuery()
            .ProducesProblem(StatusCodes.Status400BadRequest).CacheOutput(TaskListCachePolicy.Name).WithMetadata(new CachedTaskList()).HasETag();
        read.MapGet("/{id:guid}", GetAsync).WithName("getTask").WithSummary("Get a task").WithDescription("One in the trash is not found; GET /tasks/trash has it.")
            .HasETag().ProducesProblem(StatusCodes.Status404NotFound);
        HistoryEndpoints.MapHistory(read);

        var write = tasks.MapGroup("").RequireAuthorization(AuthPolicies.TasksWrite).ProducesProblem(StatusCodes.Status400BadRequest);
        write.MapPost("", CreateAsync).WithName("createTask").WithSummary("Create a task").MakesETag();
        BulkEndpoints.MapBulk(write);
        TrashEndpoints.MapTrash(read, write);

        var change = write.MapGroup("/{id:guid}").HasETag().ProducesProblem(StatusCodes.Status404NotFound);
        change.MapPut("", ReplaceAsync).WithName("replaceTask").WithSummary("Replace a task")
            .WithDescription("A field left out gets its default, so a subtask sent without parentId becomes a task of its own.");
        change.MapPatch("", PatchAsync).WithName("patchTask").WithSummary("Change fields of a task")
            .WithDescription("JSON merge patch (RFC 7396): a field that is not sent is not touched, null clears one. The status done takes the open subtasks with it.")
            .Accepts<TaskPatch>(BodyKinds.MergePatch, BodyKinds.Json);
        change.MapDelete("", DeleteAsync).WithName("deleteTask").WithSummary("Put a task into the trash, or remove it for good")
            .WithDescription("Its subtasks go with it, at all levels.").DescribePermanent();
        change.MapPost("/complete", CompleteAsync).WithName("completeTask").WithSummary("Complete a task")
            .WithDescription(
                "Its open subtasks are completed with it, at all levels. Completing a completed task changes nothing. One that recurs hands its recurrence on "
                + "to a new task, its next occurrence, in the same transaction: the first after the due date that has not passed yet. The header Link names it "
                + "(rel=\"next\", RFC 8288); without it the series has ended. The same holds for every other way to complete a task, but a bulk does not name the next. "
                + "A subtask that is completed with its parent keeps its recurrence: it goes on when that is reopened and completed by itself. Cancelling a task makes none.");
        change.MapPost("/reopen", ReopenAsync).WithName("reopenTask").WithSummary("Take up a completed or cancelled task again")
            .WithDescription("Only this one: its subtasks and its parent stay as they are. Reopening an open task changes nothing.");
        change.MapPost("/restore", RestoreAsync).WithName("restoreTask").WithSummary("Bring a task back from the trash")
            .WithDescription(
                "With it come those of its subtasks that were deleted together with it. Where its parent is in the trash or gone, or has no room for it any more, "
                + "it comes back at the top (parentId null). Restoring a task that is not in the trash changes nothing.");
        return api;
    }

    private static async Task<Results<JsonAnswer<TaskListResponse>, ProblemHttpResult>> ListAsync(
        TaskListQuery query, ClaimsPrincipal user, TaskLists tasks, HttpContext context, CancellationToken cancellationToken)
    {
        if (query.Errors.Count > 0)
        {
            return Problems.Validation(query.Errors);
        }

        var list = await tasks.ReadAsync(user.UserId(), query, context.Features.Get<TaskListVersion>()?.Version, cancellationToken);
        // Whether the client has it already is found out where it is sent (ConditionalBody), so that it is cached in any case.
        context.Response.Headers.ETag = EntityTags.OfBytes(list.Written.Span);
        return new JsonAnswer<TaskListResponse>(list);
    }

    private static async Task<Results<JsonAnswer<TaskResponse>, StatusCodeHttpResult, ProblemHttpResult>> GetAsync(
        Guid id, ClaimsPrincipal user, TaskLookups tasks, HttpContext context, CancellationToken cancellationToken)
    {
        if (await tasks.FindAsync(user.UserId(), id, cancellationToken) is not { } found)
        {
            return Problems.NotFound("task");
        }

        if (!EntityTags.IsKnown(context, found.ETag))
        {
            return new JsonAnswer<TaskResponse>(found.Body);
        }

        found.Body.Return();
        return TypedResults.StatusCode(StatusCodes.Status304NotModified);
    }

    private static async Task<Results<Created<TaskResponse>, ProblemHttpResult>> CreateAsync(
        TaskRequest request, ClaimsPrincipal user, TaskWriter writer, HttpContext context, CancellationToken cancellationToken)
    {
        var result = await writer.CreateAsync(user.UserId(), request, cancellationToken);
        if (result.Task is not { } task)
        {
            return result.Problem!;
        }

        Describe(context.Response, result);
        return TypedResults.Created($"/api/v1/tasks/{task.Id}", task);
    }

    private static async Task<Results<Ok<TaskResponse>, ProblemHttpResult>> ReplaceAsync(
        Guid id, TaskRequest request, ClaimsPrincipal user, TaskWriter writer, HttpContext context, CancellationToken cancellationToken) =>
        Answer(context, await writer.UpdateAsync(user.UserId(), id, context.Request.Headers.IfMatch, TaskUpdate.Replace(request), cancellationToken));

    private static async Task<Results<Ok<TaskResponse>, ProblemHttpResult>> PatchAsync(
        Guid id, [FromBody] JsonObject patch, ClaimsPrincipal user, TaskWriter writer, RequestValidation validation, HttpContext context, CancellationToken cancellationToken) =>
        Answer(context, await writer.UpdateAsync(user.UserId(), id, context.Request.Headers.IfMatch, TaskUpdate.Patch(patch, validation), cancellationToken));

    private static async Task<Results<NoContent, ProblemHttpResult>> DeleteAsync(
        Guid id, ClaimsPrincipal user, TaskWriter writer, HttpContext context, CancellationToken cancellationToken)
    {
        bool? permanent = context.Request.Query["permanent"] switch
        {
            [] or ["false"] => false,
            ["true"] => true,
            _ => null,
        };
        if (permanent is null)
        {
            return Problems.Validation("permanent", "true or false is expected.");
        }

        var ifMatch = context.Request.Headers.IfMatch;
        var result = permanent.Value
            ? await writer.PurgeAsync(user.UserId(), id, ifMatch, cancellationToken)
            : await writer.DeleteAsync(user.UserId(), id, ifMatch, cancellationToken);
        return result.Problem is { } problem ? problem : TypedResults.NoContent();
    }

    private static async Task<Results<Ok<TaskResponse>, ProblemHttpResult>> CompleteAsync(
        Guid id, ClaimsPrincipal user, TaskWriter writer, HttpContext context, CancellationToken cancellationToken) =>
        Answer(context, await writer.UpdateAsync(user.UserId(), id, context.Request.Headers.IfMatch, TaskUpdate.Complete, cancellationToken));

    private static async Task<Results<Ok<TaskResponse>, ProblemHttpResult>> ReopenAsync(
        Guid id, ClaimsPrincipal user, TaskWriter writer, HttpContext context, CancellationToken cancellationToken) =>
        Answer(context, await writer.UpdateAsync(user.UserId(), id, context.Request.Headers.IfMatch, TaskUpdate.Reopen, cancellationToken));

    private static async Task<Results<Ok<TaskResponse>, ProblemHttpResult>> RestoreAsync(
        Guid id, ClaimsPrincipal user, TaskWriter writer, HttpContext context, CancellationToken cancellationToken) =>
        Answer(context, await writer.RestoreAsync(user.UserId(), id, context.Request.Headers.IfMatch, cancellationToken));

    private static Results<Ok<TaskResponse>, ProblemHttpResult> Answer(HttpContext context, TaskWriteResult result)
    {
        if (result.Task is not { } task)
        {
            return result.Problem!;
        }

        Describe(context.Response, result);
        return TypedResults.Ok(task);
    }

    private static void Describe(HttpResponse response, TaskWriteResult result)
    {
        response.Headers.ETag = TaskETag.Of(result.Task!);
        if (result.NextId is { } next)
        {
            response.Headers.Link = $"</api/v1/tasks/{next}>; rel=\"next\"";
        }
    }
}
