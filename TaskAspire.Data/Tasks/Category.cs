using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using TaskAspire.Data.Users;

namespace TaskAspire.Data.Tasks;

/// <summary>A group of tasks; a task is in at most one.</summary>
public sealed class Category
{
    /// <summary>Longest name, in characters.</summary>
    public const int NameMaxLength = 100;

    /// <summary>UUIDv7.</summary>
    public Guid Id { get; init; } = Guid.CreateVersion7();

    /// <summary>The owner.</summary>
    public Guid UserId { get; init; }

    /// <summary>The name as it was typed.</summary>
    public required string Name { get; set; }

    /// <summary>The name in the form that is unique (<see cref="NameKeys.Of"/>).</summary>
    public required string NameKey { get; set; }

    /// <summary><c>#rrggbb</c>, or null.</summary>
    public string? Color { get; set; }

    /// <summary>UTC.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>UTC.</summary>
    public DateTimeOffset UpdatedAt { get; set; }
}

internal sealed class CategoryConfiguration : IEntityTypeConfiguration<Category>
{
    public void Configure(EntityTypeBuilder<Category> builder)
    {
        builder.Property(c => c.Name).HasMaxLength(Category.NameMaxLength);
        // Case mapping may lengthen a name, so the key has no length of its own.
        builder.Property(c => c.Color).HasMaxLength(7);
        builder.HasOne<User>().WithMany().HasForeignKey(c => c.UserId).OnDelete(DeleteBehavior.Cascade);
        builder.HasIndex(c => new { c.UserId, c.NameKey }).IsUnique().HasDatabaseName(ConstraintNames.CategoryName);
    }
}
