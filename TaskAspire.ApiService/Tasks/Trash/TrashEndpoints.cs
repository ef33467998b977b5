using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using TaskAspire.ApiService.Auth;
using TaskAspire.ApiService.Errors;
using TaskAspire.ApiService.Json;
using TaskAspire.ApiService.OpenApi;
using TaskAspire.ApiService.Paging;
using TaskAspire.ServiceDefaults.Configuration;

namespace TaskAspire.ApiService.Tasks.Trash;

internal static class TrashEndpoints
{
    private const string Path = "/trash";

    public static void AddTrash(this IServiceCollection services)
    {
        services.AddSettings<TrashOptions>(TrashOptions.Section);
        services.AddScoped<TaskTrash>();
        services.AddHostedService<TrashPurge>();
    }

    public static void MapTrash(RouteGroupBuilder read, RouteGroupBuilder write)
    {
        read.MapGet(Path, ListAsync).WithName("listTrash").WithSummary("List the tasks in the trash")
            .WithDescription("Last deleted first; a subtask that went with its parent stands beside it. They are removed for good 30 days after their deletion.")
            .DescribeCursorPaging().ProducesProblem(StatusCodes.Status400BadRequest);
        write.MapDelete(Path, EmptyAsync).WithName("emptyTrash").WithSummary("Empty the trash").WithDescription("Removes for good all that is in it.");
    }

    private static async Task<Results<Ok<TaskListResponse>, ProblemHttpResult>> ListAsync(
        CursorQuery<TrashCursor> query, ClaimsPrincipal user, TaskTrash trash, CancellationToken cancellationToken) =>
        query.Errors.Count > 0
            ? Problems.Validation(query.Errors)
            : TypedResults.Ok(await trash.ListAsync(user.UserId(), query, cancellationToken));

    private static async Task<NoContent> EmptyAsync(ClaimsPrincipal user, TaskTrash trash, TimeProvider clock, CancellationToken cancellationToken)
    {
        await trash.RemoveAsync(user.UserId(), clock.Now(), cancellationToken);
        return TypedResults.NoContent();
    }
}
