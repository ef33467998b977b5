using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using TaskAspire.Data.Users;

namespace TaskAspire.Data.Changes;

/// <summary>
/// One change to a user's data, in the order of <see cref="TransactionId"/> and <see cref="Id"/>: what history and sync read.
/// A reader that stops below the oldest transaction still running (<c>pg_snapshot_xmin</c>) never skips one that commits late.
/// </summary>
public sealed class Change
{
    /// <summary>Ascending within a transaction.</summary>
    public long Id { get; init; }

    /// <summary>The transaction that wrote it (<c>pg_current_xact_id()</c>).</summary>
    public ulong TransactionId { get; init; }

    /// <summary>The owner of what changed.</summary>
    public Guid UserId { get; init; }

    /// <summary><c>task</c>, <c>category</c> or <c>tag</c>.</summary>
    public required string Entity { get; init; }

    /// <summary>The id of what changed.</summary>
    public Guid EntityId { get; init; }

    /// <summary><c>created</c>, <c>updated</c>, <c>completed</c>, <c>reopened</c>, <c>deleted</c>, <c>restored</c>.</summary>
    public required string Operation { get; init; }

    /// <summary>What changed, as a JSON object of field to <c>{ "from": …, "to": … }</c>; null where the operation says it all.</summary>
    public string? Fields { get; init; }

    /// <summary>UTC.</summary>
    public DateTimeOffset OccurredAt { get; init; }
}

internal sealed class ChangeConfiguration : IEntityTypeConfiguration<Change>
{
    public void Configure(EntityTypeBuilder<Change> builder)
    {
        builder.Property(c => c.Id).UseIdentityAlwaysColumn();
        builder.Property(c => c.TransactionId).HasColumnType("xid8").HasDefaultValueSql("pg_current_xact_id()").ValueGeneratedOnAdd();
        builder.Property(c => c.Entity).HasMaxLength(16);
        builder.Property(c => c.Operation).HasMaxLength(16);
        builder.Property(c => c.Fields).HasColumnType("jsonb");
        builder.HasOne<User>().WithMany().HasForeignKey(c => c.UserId).OnDelete(DeleteBehavior.Cascade);
        builder.HasIndex(c => new { c.UserId, c.TransactionId, c.Id });
        builder.HasIndex(c => new { c.EntityId, c.Id });
    }
}
