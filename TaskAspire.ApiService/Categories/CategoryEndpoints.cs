using System.Security.Claims;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using TaskAspire.ApiService.Auth;
using TaskAspire.ApiService.Errors;
using TaskAspire.ApiService.OpenApi;
using TaskAspire.ApiService.Writing;
using TaskAspire.Data;

namespace TaskAspire.ApiService.Categories;

internal static class CategoryEndpoints
{
    public static WebApplicationBuilder AddCategories(this WebApplicationBuilder builder)
    {
        builder.Services.AddScoped<CategoryWriter>();
        return builder;
    }

    public static RouteGroupBuilder MapCategories(this RouteGroupBuilder api)
    {
        var categories = api.MapGroup("/categories").WithTags("Categories").ProducesProblem(StatusCodes.Status401Unauthorized);

        var read = categories.MapGroup("").RequireAuthorization(AuthPolicies.TasksRead);
        read.MapGet("", ListAsync).WithName("listCategories").WithSummary("List categories").WithDescription("All of them, by name.").HasETag();
        read.MapGet("/{id:guid}", GetAsync).WithName("getCategory").WithSummary("Get a category").ProducesProblem(StatusCodes.Status404NotFound).HasETag();

        var write = categories.MapGroup("").RequireAuthorization(AuthPolicies.TasksWrite).ProducesProblem(StatusCodes.Status400BadRequest);
        write.MapPost("", CreateAsync).WithName("createCategory").WithSummary("Create a category")
            .WithDescription($"There can be {CategoryLimit.MaxPerUser} of them.").ProducesProblem(StatusCodes.Status409Conflict).MakesETag();

        var change = write.MapGroup("/{id:guid}").ProducesProblem(StatusCodes.Status404NotFound).HasETag();
        change.MapPut("", ReplaceAsync).WithName("replaceCategory").WithSummary("Replace a category").ProducesProblem(StatusCodes.Status409Conflict);
        change.MapPatch("", PatchAsync).WithName("patchCategory").WithSummary("Change fields of a category").WithDescription("JSON merge patch (RFC 7396).")
            .Accepts<CategoryPatch>(BodyKinds.MergePatch, BodyKinds.Json).ProducesProblem(StatusCodes.Status409Conflict);
        change.MapDelete("", DeleteAsync).WithName("deleteCategory").WithSummary("Delete a category")
            .WithDescription("Its tasks stay, without category; each of them is changed by it, with a new version and a task.updated event.");
        return api;
    }

    private static async Task<Results<Ok<CategoryListResponse>, StatusCodeHttpResult, ProblemHttpResult>> ListAsync(
        ClaimsPrincipal user, TaskDbContext database, HttpContext context, CancellationToken cancellationToken)
    {
        var userId = user.UserId();
        var categories = await database.Categories.AsNoTracking().Where(c => c.UserId == userId).OrderBy(c => c.NameKey).ToListAsync(cancellationToken);
        return new CategoryListResponse(categories.ConvertAll(CategoryResponse.From)).AnswerList(context);
    }

    private static async Task<Results<Ok<CategoryResponse>, StatusCodeHttpResult, ProblemHttpResult>> GetAsync(
        Guid id, ClaimsPrincipal user, TaskDbContext database, HttpContext context, CancellationToken cancellationToken)
    {
        var userId = user.UserId();
        var category = await database.Categories.AsNoTracking().SingleOrDefaultAsync(c => c.Id == id && c.UserId == userId, cancellationToken);
        return (category is null ? null : CategoryResponse.From(category)).AnswerRead(context, () => Problems.NotFound("category"));
    }

    private static async Task<Results<Created<CategoryResponse>, ProblemHttpResult>> CreateAsync(
        CategoryRequest request, ClaimsPrincipal user, CategoryWriter writer, HttpContext context, CancellationToken cancellationToken) =>
        (await writer.CreateAsync(user.UserId(), request, cancellationToken)).AnswerCreated(context, category => $"/api/v1/categories/{category.Id}");

    private static async Task<Results<Ok<CategoryResponse>, ProblemHttpResult>> ReplaceAsync(
        Guid id, CategoryRequest request, ClaimsPrincipal user, CategoryWriter writer, HttpContext context, CancellationToken cancellationToken) =>
        (await writer.UpdateAsync(
            user.UserId(), id, context.Request.Headers.IfMatch, (_, _) => Task.FromResult<WriteResult<CategoryRequest>>(request), cancellationToken)).Answer(context);

    private static async Task<Results<Ok<CategoryResponse>, ProblemHttpResult>> PatchAsync(
        Guid id, [FromBody] JsonObject patch, ClaimsPrincipal user, CategoryWriter writer, RequestValidation validation, HttpContext context, CancellationToken cancellationToken) =>
        (await writer.UpdateAsync(
            user.UserId(),
            id,
            context.Request.Headers.IfMatch,
            async (current, token) =>
            {
                var request = MergePatch.Apply(new CategoryRequest { Name = current.Name, Color = current.Color }, patch);
                return await validation.CheckAsync(request, token) is { } errors ? Problems.Validation(errors) : request;
            },
            cancellationToken)).Answer(context);

    private static async Task<Results<NoContent, ProblemHttpResult>> DeleteAsync(
        Guid id, ClaimsPrincipal user, CategoryWriter writer, HttpContext context, CancellationToken cancellationToken) =>
        await writer.DeleteAsync(user.UserId(), id, context.Request.Headers.IfMatch, cancellationToken) is { } problem ? problem : TypedResults.NoContent();
}
