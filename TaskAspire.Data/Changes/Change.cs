using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using TaskAspire.Data.Users;

namespace TaskAspire.Data.Changes;

/// <summary>
/// One change to a user's data: what history, sync and live events read. A deferred trigger gives it its number in the moment of
/// the commit, under a lock on the user's <see cref="ChangeCounter"/>, so a user's numbers have no gaps and are in the order of
/// commits: a reader who has seen a number has seen all below it (docs/adr/0004-changes-are-numbered-at-commit.md).
/// </summary>
public sealed class Change
{
    /// <summary>Ascending within a transaction, and so among the changes of one row, whose writers follow each other.</summary>
    public long Id { get; init; }

    /// <summary>1, 2, 3, … of its user; null until its transaction commits.</summary>
    public long? Sequence { get; init; }

    /// <summary>The owner of what changed.</summary>
    public Guid UserId { get; init; }

    /// <summary>One of <see cref="ChangeEntities"/>.</summary>
    public required string Entity { get; init; }

    /// <summary>The id of what changed.</summary>
    public Guid EntityId { get; init; }

    /// <summary><c>created</c>, <c>updated</c>, <c>completed</c>, <c>reopened</c>, <c>deleted</c>, <c>restored</c>, <c>purged</c>.</summary>
    public required string Operation { get; init; }

    /// <summary>What changed, as a JSON object of field to <c>{ "from": …, "to": … }</c>; null where the operation says it all.</summary>
    public string? Fields { get; init; }

    /// <summary>Who did it: one of <see cref="ChangeActors"/>.</summary>
    public required string Actor { get; init; }

    /// <summary>The API key that did it; null when none did.</summary>
    public Guid? ActorId { get; init; }

    /// <summary>UTC.</summary>
    public DateTimeOffset OccurredAt { get; init; }
}

/// <summary>What <see cref="Change.Entity"/> can be.</summary>
public static class ChangeEntities
{
    /// <summary>A task, its tags and reminders included.</summary>
    public const string Task = "task";

    /// <summary>A category.</summary>
    public const string Category = "category";

    /// <summary>A tag.</summary>
    public const string Tag = "tag";
}

/// <summary>What <see cref="Change.Operation"/> is for whatever has no states of its own.</summary>
public static class ChangeOperations
{
    /// <summary>It is new.</summary>
    public const string Created = "created";

    /// <summary>Fields of it changed.</summary>
    public const string Updated = "updated";

    /// <summary>It is gone; a task is in the trash.</summary>
    public const string Deleted = "deleted";
}

/// <summary>What <see cref="Change.Actor"/> can be.</summary>
public static class ChangeActors
{
    /// <summary>The owner, logged in.</summary>
    public const string User = "user";

    /// <summary>A program with one of the owner's API keys.</summary>
    public const string ApiKey = "api_key";

    /// <summary>The product itself: recurrence, purge of the trash.</summary>
    public const string System = "system";
}

/// <summary>Which numbers a user's changes have.</summary>
public sealed class ChangeCounter
{
    /// <summary>The user.</summary>
    public Guid UserId { get; init; }

    /// <summary>The highest <see cref="Change.Sequence"/> given.</summary>
    public long Last { get; init; }

    /// <summary>The highest <see cref="Change.Sequence"/> that retention removed; 0 while all are kept. The next is the oldest there is.</summary>
    public long Removed { get; init; }
}

internal sealed class ChangeConfiguration : IEntityTypeConfiguration<Change>, IEntityTypeConfiguration<ChangeCounter>
{
    public void Configure(EntityTypeBuilder<Change> builder)
    {
        builder.Property(c => c.Id).UseIdentityAlwaysColumn();
        builder.Property(c => c.Entity).HasMaxLength(16);
        builder.Property(c => c.Operation).HasMaxLength(16);
        builder.Property(c => c.Fields).HasColumnType("jsonb");
        builder.Property(c => c.Actor).HasMaxLength(16).HasDefaultValue(ChangeActors.User);
        builder.HasOne<User>().WithMany().HasForeignKey(c => c.UserId).OnDelete(DeleteBehavior.Cascade);
        builder.HasIndex(c => new { c.UserId, c.Sequence }).IsUnique();
        builder.HasIndex(c => new { c.EntityId, c.Id });
    }

    public void Configure(EntityTypeBuilder<ChangeCounter> builder)
    {
        builder.HasKey(c => c.UserId);
        // The trigger inserts the row and does not know of retention.
        builder.Property(c => c.Removed).HasDefaultValue(0L);
        builder.HasOne<User>().WithOne().HasForeignKey<ChangeCounter>(c => c.UserId).OnDelete(DeleteBehavior.Cascade);
    }
}
