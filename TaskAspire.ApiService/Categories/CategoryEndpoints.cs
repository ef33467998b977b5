using System.Security.Claims;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using TaskAspire.ApiService.Auth;
using TaskAspire.ApiService.Errors;
using TaskAspire.ApiService.Json;
using TaskAspire.ApiService.Writing;
using TaskAspire.Data;
using TaskAspire.Data.Tasks;

namespace TaskAspire.ApiService.Categories;

internal static class CategoryEndpoints
{
    /// <summary>Keeps the list, which is answered whole, within bounds.</summary>
    private const int MaxPerUser = 500;

    public static RouteGroupBuilder MapCategories(this RouteGroupBuilder api)
    {
        var categories = api.MapGroup("/categories").WithTags("Categories").ProducesProblem(StatusCodes.Status401Unauthorized);

        var read = categories.MapGroup("").RequireAuthorization(AuthPolicies.TasksRead);
        read.MapGet("", ListAsync).WithName("listCategories").WithSummary("List categories").WithDescription("All of them, by name.");
        read.MapGet("/{id:guid}", GetAsync).WithName("getCategory").WithSummary("Get a category").ProducesProblem(StatusCodes.Status404NotFound);

        var write = categories.MapGroup("").RequireAuthorization(AuthPolicies.TasksWrite).ProducesProblem(StatusCodes.Status400BadRequest);
        write.MapPost("", CreateAsync).WithName("createCategory").WithSummary("Create a category").ProducesProblem(StatusCodes.Status409Conflict);

        var change = write.MapGroup("/{id:guid}").ProducesProblem(StatusCodes.Status404NotFound);
        change.MapPut("", ReplaceAsync).WithName("replaceCategory").WithSummary("Replace a category").ProducesProblem(StatusCodes.Status409Conflict);
        change.MapPatch("", PatchAsync).WithName("patchCategory").WithSummary("Change fields of a category").WithDescription("JSON merge patch (RFC 7396).")
            .Accepts<CategoryPatch>("application/merge-patch+json", "application/json").ProducesProblem(StatusCodes.Status409Conflict);
        change.MapDelete("", DeleteAsync).WithName("deleteCategory").WithSummary("Delete a category").WithDescription("Its tasks stay, without category.");
        return api;
    }

    private static async Task<Ok<CategoryListResponse>> ListAsync(ClaimsPrincipal user, TaskDbContext database, CancellationToken cancellationToken)
    {
        var userId = user.UserId();
        var categories = await database.Categories.AsNoTracking().Where(c => c.UserId == userId).OrderBy(c => c.NameKey).ToListAsync(cancellationToken);
        return TypedResults.Ok(new CategoryListResponse(categories.ConvertAll(CategoryResponse.From)));
    }

    private static async Task<Results<Ok<CategoryResponse>, ProblemHttpResult>> GetAsync(
        Guid id, ClaimsPrincipal user, TaskDbContext database, CancellationToken cancellationToken) =>
        await FindAsync(database, user.UserId(), id, cancellationToken) is { } category
            ? TypedResults.Ok(CategoryResponse.From(category))
            : Problems.NotFound("category");

    private static async Task<Results<Created<CategoryResponse>, ProblemHttpResult>> CreateAsync(
        CategoryRequest request, ClaimsPrincipal user, TaskDbContext database, TimeProvider clock, CancellationToken cancellationToken)
    {
        var userId = user.UserId();
        if (await database.Categories.CountAsync(c => c.UserId == userId, cancellationToken) >= MaxPerUser)
        {
            return Problems.Conflict("name", $"There are {MaxPerUser} categories already, which is as many as there can be; delete one first.");
        }

        var now = clock.Now();
        var category = new Category { UserId = userId, Name = "", NameKey = "", CreatedAt = now };
        database.Categories.Add(category);
        if (await SaveAsync(database, category, request, now, cancellationToken) is { } problem)
        {
            return problem;
        }

        return TypedResults.Created($"/api/v1/categories/{category.Id}", CategoryResponse.From(category));
    }

    private static Task<Results<Ok<CategoryResponse>, ProblemHttpResult>> ReplaceAsync(
        Guid id, CategoryRequest request, ClaimsPrincipal user, TaskDbContext database, WriteTransaction transaction, TimeProvider clock, CancellationToken cancellationToken) =>
        UpdateAsync(id, user.UserId(), database, transaction, clock, _ => Task.FromResult<(CategoryRequest?, ProblemHttpResult?)>((request, null)), cancellationToken);

    private static Task<Results<Ok<CategoryResponse>, ProblemHttpResult>> PatchAsync(
        Guid id, [FromBody] JsonObject patch, ClaimsPrincipal user, TaskDbContext database, WriteTransaction transaction, RequestValidation validation, TimeProvider clock,
        CancellationToken cancellationToken) =>
        UpdateAsync(id, user.UserId(), database, transaction, clock, async current =>
        {
            var request = MergePatch.Apply(new CategoryRequest { Name = current.Name, Color = current.Color }, patch);
            return await validation.CheckAsync(request, cancellationToken) is { } errors ? (null, Problems.Validation(errors)) : (request, null);
        }, cancellationToken);

    private static async Task<Results<NoContent, ProblemHttpResult>> DeleteAsync(
        Guid id, ClaimsPrincipal user, TaskDbContext database, WriteTransaction transaction, CancellationToken cancellationToken)
    {
        var userId = user.UserId();
        var deleted = await transaction.RunAsync(
            userId, token => database.Categories.Where(c => c.Id == id && c.UserId == userId).ExecuteDeleteAsync(token), null, cancellationToken);
        return deleted == 0 ? Problems.NotFound("category") : TypedResults.NoContent();
    }

    private static Task<Results<Ok<CategoryResponse>, ProblemHttpResult>> UpdateAsync(
        Guid id,
        Guid userId,
        TaskDbContext database,
        WriteTransaction transaction,
        TimeProvider clock,
        Func<Category, Task<(CategoryRequest? Request, ProblemHttpResult? Problem)>> edit,
        CancellationToken cancellationToken) =>
        // A new name shows in the user's task lists, so this is a write like those of tasks.
        transaction.RunAsync<Results<Ok<CategoryResponse>, ProblemHttpResult>>(userId, async token =>
        {
            var category = await database.Categories
                .FromSql($"SELECT * FROM categories WHERE id = {id} AND user_id = {userId} FOR UPDATE").SingleOrDefaultAsync(token);
            if (category is null)
            {
                return Problems.NotFound("category");
            }

            var (request, problem) = await edit(category);
            problem ??= await SaveAsync(database, category, request!, clock.Now(), token);
            return problem is null ? TypedResults.Ok(CategoryResponse.From(category)) : problem;
        }, null, cancellationToken);

    private static async Task<ProblemHttpResult?> SaveAsync(
        TaskDbContext database, Category category, CategoryRequest request, DateTimeOffset now, CancellationToken cancellationToken)
    {
        category.Name = request.Name.Trim();
        category.NameKey = NameKeys.Of(request.Name);
        category.Color = request.Color;
        category.UpdatedAt = now;
        try
        {
            await database.SaveChangesAsync(cancellationToken);
            return null;
        }
        catch (DbUpdateException exception) when (exception.ViolatedConstraint() == ConstraintNames.CategoryName)
        {
            return Problems.Conflict("name", "There is a category with this name already (upper and lower case are equal).");
        }
    }

    private static Task<Category?> FindAsync(TaskDbContext database, Guid userId, Guid id, CancellationToken cancellationToken) =>
        database.Categories.AsNoTracking().SingleOrDefaultAsync(c => c.Id == id && c.UserId == userId, cancellationToken);
}
