using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using TaskAspire.Data.Users;

namespace TaskAspire.Data.Tasks;

/// <summary>A word a task can carry; a task carries any number of them.</summary>
public sealed class Tag
{
    /// <summary>Longest name, in characters.</summary>
    public const int NameMaxLength = 50;

    /// <summary>UUIDv7.</summary>
    public Guid Id { get; init; } = Guid.CreateVersion7();

    /// <summary>The owner.</summary>
    public Guid UserId { get; init; }

    /// <summary>The name as it was first typed.</summary>
    public required string Name { get; set; }

    /// <summary>The name in the form that is unique (<see cref="NameKeys.Of"/>).</summary>
    public required string NameKey { get; set; }

    /// <summary>UTC.</summary>
    public DateTimeOffset CreatedAt { get; init; }
}

/// <summary>A tag on a task.</summary>
public sealed class TaskTag
{
    /// <summary>The task.</summary>
    public Guid TaskId { get; init; }

    /// <summary>The tag.</summary>
    public Guid TagId { get; init; }

    /// <summary>The tag itself, when loaded.</summary>
    public Tag? Tag { get; init; }
}

internal sealed class TagConfiguration : IEntityTypeConfiguration<Tag>, IEntityTypeConfiguration<TaskTag>
{
    public void Configure(EntityTypeBuilder<Tag> builder)
    {
        builder.Property(t => t.Name).HasMaxLength(Tag.NameMaxLength);
        builder.HasOne<User>().WithMany().HasForeignKey(t => t.UserId).OnDelete(DeleteBehavior.Cascade);
        builder.HasIndex(t => new { t.UserId, t.NameKey }).IsUnique().HasDatabaseName(ConstraintNames.TagName);
        // The first sync goes through them by id.
        builder.HasIndex(t => new { t.UserId, t.Id });
    }

    public void Configure(EntityTypeBuilder<TaskTag> builder)
    {
        builder.HasKey(t => new { t.TaskId, t.TagId });
        builder.HasOne(t => t.Tag).WithMany().HasForeignKey(t => t.TagId).OnDelete(DeleteBehavior.Cascade);
        // "Which tasks carry this tag": the primary key serves the other way round.
        builder.HasIndex(t => new { t.TagId, t.TaskId });
    }
}
