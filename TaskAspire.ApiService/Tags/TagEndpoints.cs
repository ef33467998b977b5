using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using TaskAspire.ApiService.Auth;
using TaskAspire.ApiService.Errors;
using TaskAspire.ApiService.Json;
using TaskAspire.ApiService.OpenApi;
using TaskAspire.ApiService.Paging;
using TaskAspire.ApiService.Writing;
using TaskAspire.Data;
using TaskAspire.Data.Tasks;

namespace TaskAspire.ApiService.Tags;

internal static class TagEndpoints
{
    public static RouteGroupBuilder MapTags(this RouteGroupBuilder api)
    {
        var tags = api.MapGroup("/tags").WithTags("Tags").ProducesProblem(StatusCodes.Status401Unauthorized);

        var read = tags.MapGroup("").RequireAuthorization(AuthPolicies.TasksRead);
        read.MapGet("", ListAsync).WithName("listTags").WithSummary("List tags").WithDescription("By name.").DescribePaging()
            .ProducesProblem(StatusCodes.Status400BadRequest);
        read.MapGet("/{id:guid}", GetAsync).WithName("getTag").WithSummary("Get a tag").ProducesProblem(StatusCodes.Status404NotFound);

        var write = tags.MapGroup("").RequireAuthorization(AuthPolicies.TasksWrite).ProducesProblem(StatusCodes.Status400BadRequest);
        write.MapPost("", CreateAsync).WithName("createTag").WithSummary("Create a tag")
            .WithDescription("Not needed before a task can carry it: writing a task makes the tags it names.").ProducesProblem(StatusCodes.Status409Conflict);

        var change = write.MapGroup("/{id:guid}").ProducesProblem(StatusCodes.Status404NotFound);
        change.MapPut("", RenameAsync).WithName("replaceTag").WithSummary("Rename a tag").ProducesProblem(StatusCodes.Status409Conflict);
        change.MapPatch("", RenameAsync).WithName("patchTag").WithSummary("Rename a tag").WithDescription("The name is its one field, so this is the same as PUT.")
            .Accepts<TagRequest>("application/merge-patch+json", "application/json").ProducesProblem(StatusCodes.Status409Conflict);
        change.MapDelete("", DeleteAsync).WithName("deleteTag").WithSummary("Delete a tag").WithDescription("It comes off the tasks that carry it.");
        return api;
    }

    private static async Task<Results<Ok<TagListResponse>, ProblemHttpResult>> ListAsync(
        PageQuery page, ClaimsPrincipal user, TaskDbContext database, CancellationToken cancellationToken)
    {
        if (page.Errors.Count > 0)
        {
            return Problems.Validation(page.Errors);
        }

        var userId = user.UserId();
        var mine = database.Tags.AsNoTracking().Where(t => t.UserId == userId);
        var tags = await mine.OrderBy(t => t.NameKey).Skip(page.Start).Take(page.Limit).ToListAsync(cancellationToken);
        return TypedResults.Ok(new TagListResponse(tags.ConvertAll(TagResponse.From), page.Page, page.Limit, await mine.LongCountAsync(cancellationToken)));
    }

    private static async Task<Results<Ok<TagResponse>, ProblemHttpResult>> GetAsync(
        Guid id, ClaimsPrincipal user, TaskDbContext database, CancellationToken cancellationToken)
    {
        var userId = user.UserId();
        var tag = await database.Tags.AsNoTracking().SingleOrDefaultAsync(t => t.Id == id && t.UserId == userId, cancellationToken);
        return tag is null ? Problems.NotFound("tag") : TypedResults.Ok(TagResponse.From(tag));
    }

    private static async Task<Results<Created<TagResponse>, ProblemHttpResult>> CreateAsync(
        TagRequest request, ClaimsPrincipal user, TaskDbContext database, TimeProvider clock, CancellationToken cancellationToken)
    {
        var tag = new Tag { UserId = user.UserId(), Name = request.Name.Trim(), NameKey = NameKeys.Of(request.Name), CreatedAt = clock.Now() };
        database.Tags.Add(tag);
        return await SaveAsync(database, cancellationToken) is { } problem
            ? problem
            : TypedResults.Created($"/api/v1/tags/{tag.Id}", TagResponse.From(tag));
    }

    private static Task<Results<Ok<TagResponse>, ProblemHttpResult>> RenameAsync(
        Guid id, TagRequest request, ClaimsPrincipal user, TaskDbContext database, WriteTransaction transaction, CancellationToken cancellationToken)
    {
        var userId = user.UserId();
        // A new name shows in the user's task lists, so this is a write like those of tasks.
        return transaction.RunAsync<Results<Ok<TagResponse>, ProblemHttpResult>>(userId, async token =>
        {
            var tag = await database.Tags.SingleOrDefaultAsync(t => t.Id == id && t.UserId == userId, token);
            if (tag is null)
            {
                return Problems.NotFound("tag");
            }

            tag.Name = request.Name.Trim();
            tag.NameKey = NameKeys.Of(request.Name);
            return await SaveAsync(database, token) is { } problem ? problem : TypedResults.Ok(TagResponse.From(tag));
        }, null, cancellationToken);
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> DeleteAsync(
        Guid id, ClaimsPrincipal user, TaskDbContext database, WriteTransaction transaction, CancellationToken cancellationToken)
    {
        var userId = user.UserId();
        var deleted = await transaction.RunAsync(
            userId, token => database.Tags.Where(t => t.Id == id && t.UserId == userId).ExecuteDeleteAsync(token), null, cancellationToken);
        return deleted == 0 ? Problems.NotFound("tag") : TypedResults.NoContent();
    }

    private static async Task<ProblemHttpResult?> SaveAsync(TaskDbContext database, CancellationToken cancellationToken)
    {
        try
        {
            await database.SaveChangesAsync(cancellationToken);
            return null;
        }
        catch (DbUpdateException exception) when (exception.ViolatedConstraint() == ConstraintNames.TagName)
        {
            return Problems.Conflict("name", "There is a tag with this name already (upper and lower case are equal).");
        }
        catch (DbUpdateConcurrencyException)
        {
            // Deleted between reading and writing.
            return Problems.NotFound("tag");
        }
    }
}
