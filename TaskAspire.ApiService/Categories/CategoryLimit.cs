using Microsoft.EntityFrameworkCore;
using TaskAspire.Data;

namespace TaskAspire.ApiService.Categories;

/// <summary>How many categories a user can have. It keeps the list, which is answered whole, within bounds.</summary>
internal static class CategoryLimit
{
    /// <summary>The most there can be.</summary>
    public const int MaxPerUser = 500;

    /// <summary>
    /// Makes the user's creations of categories follow each other until the transaction ends, or two could both be the last one allowed.
    /// What is counted after it stays true.
    /// </summary>
    public static Task LockCreationOfCategoriesAsync(this TaskDbContext database, Guid userId, CancellationToken cancellationToken) =>
        // Not the user's row: an import may take a while, and logging in needs that row.
        database.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock(hashtextextended({"new categories of " + userId}, 0))", cancellationToken);
}
