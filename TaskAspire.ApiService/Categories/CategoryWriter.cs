using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Primitives;
using TaskAspire.ApiService.Changes;
using TaskAspire.ApiService.Errors;
using TaskAspire.ApiService.Json;
using TaskAspire.ApiService.Tasks;
using TaskAspire.ApiService.Writing;
using TaskAspire.Data;
using TaskAspire.Data.Changes;
using TaskAspire.Data.Tasks;

namespace TaskAspire.ApiService.Categories;

/// <summary>Writes categories, each write with its change in the same transaction.</summary>
internal sealed class CategoryWriter(
    TaskDbContext database, ChangeJournal changes, LabelDeletion deletion, WriteTransaction transaction, TimeProvider clock)
{
    private static readonly string[] Silent = ["updatedAt"];

    public Task<WriteResult<CategoryResponse>> CreateAsync(Guid userId, CategoryRequest request, CancellationToken cancellationToken)
    {
        var id = Guid.CreateVersion7();
        return transaction.RunAsync<WriteResult<CategoryResponse>>(
            userId,
            async token =>
            {
                await database.LockCreationOfCategoriesAsync(userId, token);
                if (await database.Categories.CountAsync(c => c.UserId == userId, token) >= CategoryLimit.MaxPerUser)
                {
                    return Problems.Conflict("name", $"There are {CategoryLimit.MaxPerUser} categories already, which is as many as there can be; delete one first.");
                }

                var now = clock.Now();
                var category = new Category { Id = id, UserId = userId, Name = "", NameKey = "", CreatedAt = now, UpdatedAt = now };
                Apply(request, category);
                database.Categories.Add(category);
                changes.Record(userId, ChangeEntities.Category, id, ChangeOperations.Created, null, now);
                return await SaveAsync(category, token);
            },
            cancellationToken);
    }

    /// <summary>Changes a category to what the request makes of its current state.</summary>
    /// <param name="userId">The caller.</param>
    /// <param name="id">The category.</param>
    /// <param name="ifMatch">Entity tags of which one must be current; empty for any.</param>
    /// <param name="edit">From the category as it is to what it shall be, or to what is wrong with that.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public Task<WriteResult<CategoryResponse>> UpdateAsync(
        Guid userId, Guid id, StringValues ifMatch, Func<CategoryResponse, CancellationToken, Task<WriteResult<CategoryRequest>>> edit, CancellationToken cancellationToken)
    {
        return transaction.RunAsync<WriteResult<CategoryResponse>>(
            userId,
            async token =>
            {
                if (await LockAsync(userId, id, token) is not { } category)
                {
                    return Problems.NotFound("category");
                }

                var before = CategoryResponse.From(category);
                if (!EntityTags.Allow(ifMatch, EntityTags.Of(before)))
                {
                    return Problems.PreconditionFailed();
                }

                var wanted = await edit(before, token);
                if (wanted.Problem is { } problem)
                {
                    return problem;
                }

                Apply(wanted.Value!, category);
                var difference = FieldChanges.Between(before, CategoryResponse.From(category), Silent);
                if (difference.Count == 0)
                {
                    return before;
                }

                category.UpdatedAt = clock.Now();
                changes.Record(userId, ChangeEntities.Category, id, ChangeOperations.Updated, difference, category.UpdatedAt);
                return await SaveAsync(category, token);
            },
            cancellationToken);
    }

    public Task<ProblemHttpResult?> DeleteAsync(Guid userId, Guid id, StringValues ifMatch, CancellationToken cancellationToken)
    {
        return transaction.RunAsync(
            userId,
            async token =>
            {
                if (await LockAsync(userId, id, token) is not { } category)
                {
                    return Problems.NotFound("category");
                }

                if (!EntityTags.Allow(ifMatch, EntityTags.Of(CategoryResponse.From(category))))
                {
                    return Problems.PreconditionFailed();
                }

                var now = clock.Now();
                await deletion.DeleteAsync(category, now, token);
                changes.Record(userId, ChangeEntities.Category, id, ChangeOperations.Deleted, null, now);
                await database.SaveChangesAsync(token);
                return null;
            },
            cancellationToken);
    }

    // Not FOR UPDATE: tasks may be put into it meanwhile.
    private Task<Category?> LockAsync(Guid userId, Guid id, CancellationToken cancellationToken) => database.Categories
        .FromSql($"SELECT * FROM categories WHERE id = {id} AND user_id = {userId} FOR NO KEY UPDATE").SingleOrDefaultAsync(cancellationToken);

    private static void Apply(CategoryRequest request, Category category)
    {
        category.Name = request.Name.Trim();
        category.NameKey = NameKeys.Of(request.Name);
        category.Color = request.Color;
    }

    private async Task<WriteResult<CategoryResponse>> SaveAsync(Category category, CancellationToken cancellationToken) =>
        await database.TrySaveAsync([ConstraintNames.CategoryName], cancellationToken)
            ? CategoryResponse.From(category)
            : Problems.Conflict("name", "There is a category with this name already (upper and lower case are equal).");
}
