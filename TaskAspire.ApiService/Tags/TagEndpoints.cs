using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using TaskAspire.ApiService.Auth;
using TaskAspire.ApiService.Errors;
using TaskAspire.ApiService.OpenApi;
using TaskAspire.ApiService.Paging;
using TaskAspire.ApiService.Writing;
using TaskAspire.Data;

namespace TaskAspire.ApiService.Tags;

internal static class TagEndpoints
{
    public static WebApplicationBuilder AddTags(this WebApplicationBuilder builder)
    {
        builder.Services.AddScoped<TagWriter>();
        return builder;
    }

    public static RouteGroupBuilder MapTags(this RouteGroupBuilder api)
    {
        var tags = api.MapGroup("/tags").WithTags("Tags").ProducesProblem(StatusCodes.Status401Unauthorized);

        var read = tags.MapGroup("").RequireAuthorization(AuthPolicies.TasksRead);
        read.MapGet("", ListAsync).WithName("listTags").WithSummary("List tags").WithDescription("By name.").DescribePaging()
            .ProducesProblem(StatusCodes.Status400BadRequest).HasETag();
        read.MapGet("/{id:guid}", GetAsync).WithName("getTag").WithSummary("Get a tag").ProducesProblem(StatusCodes.Status404NotFound).HasETag();

        var write = tags.MapGroup("").RequireAuthorization(AuthPolicies.TasksWrite).ProducesProblem(StatusCodes.Status400BadRequest);
        write.MapPost("", CreateAsync).WithName("createTag").WithSummary("Create a tag")
            .WithDescription("Not needed before a task can carry it: writing a task makes the tags it names.").ProducesProblem(StatusCodes.Status409Conflict).MakesETag();

        var change = write.MapGroup("/{id:guid}").ProducesProblem(StatusCodes.Status404NotFound).HasETag();
        change.MapPut("", RenameAsync).WithName("replaceTag").WithSummary("Rename a tag").ProducesProblem(StatusCodes.Status409Conflict);
        change.MapPatch("", RenameAsync).WithName("patchTag").WithSummary("Rename a tag").WithDescription("The name is its one field, so this is the same as PUT.")
            .Accepts<TagRequest>(BodyKinds.MergePatch, BodyKinds.Json).ProducesProblem(StatusCodes.Status409Conflict);
        change.MapDelete("", DeleteAsync).WithName("deleteTag").WithSummary("Delete a tag")
            .WithDescription("It comes off the tasks that carry it; each of them is changed by it, with a new version and a task.updated event.");
        return api;
    }

    private static async Task<Results<Ok<TagListResponse>, StatusCodeHttpResult, ProblemHttpResult>> ListAsync(
        PageQuery page, ClaimsPrincipal user, TaskDbContext database, HttpContext context, CancellationToken cancellationToken)
    {
        if (page.Errors.Count > 0)
        {
            return Problems.Validation(page.Errors);
        }

        var userId = user.UserId();
        var mine = database.Tags.AsNoTracking().Where(t => t.UserId == userId);
        var tags = await mine.OrderBy(t => t.NameKey).Skip(page.Start).Take(page.Limit).ToListAsync(cancellationToken);
        return new TagListResponse(tags.ConvertAll(TagResponse.From), page.Page, page.Limit, await mine.LongCountAsync(cancellationToken)).AnswerList(context);
    }

    private static async Task<Results<Ok<TagResponse>, StatusCodeHttpResult, ProblemHttpResult>> GetAsync(
        Guid id, ClaimsPrincipal user, TaskDbContext database, HttpContext context, CancellationToken cancellationToken)
    {
        var userId = user.UserId();
        var tag = await database.Tags.AsNoTracking().SingleOrDefaultAsync(t => t.Id == id && t.UserId == userId, cancellationToken);
        return (tag is null ? null : TagResponse.From(tag)).AnswerRead(context, () => Problems.NotFound("tag"));
    }

    private static async Task<Results<Created<TagResponse>, ProblemHttpResult>> CreateAsync(
        TagRequest request, ClaimsPrincipal user, TagWriter writer, HttpContext context, CancellationToken cancellationToken) =>
        (await writer.CreateAsync(user.UserId(), request, cancellationToken)).AnswerCreated(context, tag => $"/api/v1/tags/{tag.Id}");

    private static async Task<Results<Ok<TagResponse>, ProblemHttpResult>> RenameAsync(
        Guid id, TagRequest request, ClaimsPrincipal user, TagWriter writer, HttpContext context, CancellationToken cancellationToken) =>
        (await writer.RenameAsync(user.UserId(), id, context.Request.Headers.IfMatch, request, cancellationToken)).Answer(context);

    private static async Task<Results<NoContent, ProblemHttpResult>> DeleteAsync(
        Guid id, ClaimsPrincipal user, TagWriter writer, HttpContext context, CancellationToken cancellationToken) =>
        await writer.DeleteAsync(user.UserId(), id, context.Request.Headers.IfMatch, cancellationToken) is { } problem ? problem : TypedResults.NoContent();
}
