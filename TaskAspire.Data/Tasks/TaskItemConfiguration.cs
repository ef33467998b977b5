using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using TaskAspire.Data.Users;

namespace TaskAspire.Data.Tasks;

/// <summary>
/// Listing never scans: each sort the API offers has an index that begins with the user and goes on to the id, which makes
/// the order total and serves keyset paging. What can be filtered by follows in each of them, so that every combination is decided within
/// the index and only the tasks of a page are fetched (docs/adr/0010-lists-are-walked.md). Trash is kept out of them by their filter.
/// </summary>
internal sealed class TaskItemConfiguration : IEntityTypeConfiguration<TaskItem>
{
    private const string Live = "deleted_at IS NULL";

    public void Configure(EntityTypeBuilder<TaskItem> builder)
    {
        builder.ToTable("tasks", t =>
        {
            t.HasCheckConstraint("ck_tasks_status", "status IN ('todo', 'in_progress', 'done', 'cancelled')");
            t.HasCheckConstraint("ck_tasks_priority", "priority BETWEEN 0 AND 4");
        });
        builder.Property(t => t.Title).HasMaxLength(TaskItem.TitleMaxLength);
        builder.Property(t => t.Description).HasMaxLength(TaskItem.DescriptionMaxLength);
        builder.Property(t => t.Status).HasConversion(s => s.ToDatabase(), s => TaskItemStatuses.FromDatabase(s)).HasMaxLength(16);
        builder.Property(t => t.Priority).HasConversion<short>();
        builder.Property(t => t.TimeZone).HasMaxLength(64);
        builder.Property(t => t.Recurrence).HasMaxLength(TaskItem.RecurrenceMaxLength);
        builder.Property(t => t.Version).IsConcurrencyToken();
        builder.Ignore(t => t.IsOpen);

        builder.HasOne<User>().WithMany().HasForeignKey(t => t.UserId).OnDelete(DeleteBehavior.Cascade);
        builder.HasOne(t => t.Category).WithMany().HasForeignKey(t => t.CategoryId).OnDelete(DeleteBehavior.SetNull);
        builder.HasOne<TaskItem>().WithMany().HasForeignKey(t => t.ParentId).OnDelete(DeleteBehavior.Cascade);
        builder.HasMany(t => t.Tags).WithOne().HasForeignKey(t => t.TaskId).OnDelete(DeleteBehavior.Cascade);
        builder.HasMany(t => t.Reminders).WithOne().HasForeignKey(r => r.TaskId).OnDelete(DeleteBehavior.Cascade);

        builder.HasIndex(t => new { t.UserId, t.CreatedAt, t.Id, t.Status, t.Priority, t.DueDate, t.CategoryId, t.ParentId })
            .HasFilter(Live).HasDatabaseName("ix_tasks_created");
        builder.HasIndex(t => new { t.UserId, t.DueDate, t.Id, t.Status, t.Priority, t.CategoryId, t.ParentId })
            .HasFilter(Live).HasDatabaseName("ix_tasks_due");
        builder.HasIndex(t => new { t.UserId, t.Priority, t.Id, t.Status, t.DueDate, t.CategoryId, t.ParentId })
            .HasFilter(Live).HasDatabaseName("ix_tasks_priority");
        builder.HasIndex(t => new { t.UserId, t.UpdatedAt, t.Id, t.Status, t.Priority, t.DueDate, t.CategoryId, t.ParentId })
            .HasFilter(Live).HasDatabaseName("ix_tasks_updated");
        builder.HasIndex(t => new { t.UserId, t.Title, t.Id, t.Status, t.Priority, t.DueDate, t.CategoryId, t.ParentId })
            .UseCollation("", TaskItem.TitleCollation)
            .HasFilter(Live).HasDatabaseName("ix_tasks_title");
        // The user is part of it (btree_gin), so that a search does not go through everybody's tasks. What is written waits in a list that each
        // search reads from end to end, so that is kept short.
        builder.HasIndex(t => new { t.UserId, t.Title, t.Description }).HasMethod("gin").HasOperators("uuid_ops", "gin_trgm_ops", "gin_trgm_ops")
            .HasStorageParameter("gin_pending_list_limit", 512).HasFilter(Live).HasDatabaseName("ix_tasks_search");
        // Not filtered: deleting a user must find all their tasks by it, too.
        builder.HasIndex(t => new { t.UserId, t.DeletedAt, t.Id }).HasDatabaseName("ix_tasks_trash");
        builder.HasIndex(t => t.DeletedAt).HasFilter("deleted_at IS NOT NULL").HasDatabaseName("ix_tasks_purge");
        builder.HasIndex(t => t.DeletedWithId).HasFilter("deleted_with_id IS NOT NULL").HasDatabaseName("ix_tasks_deleted_with");
        builder.HasIndex(t => t.OverdueAt).HasFilter("overdue_at IS NOT NULL").HasDatabaseName("ix_tasks_overdue");
        // Foreign keys; and the way to the few tasks of a category or of a parent.
        builder.HasIndex(t => t.CategoryId).HasFilter("category_id IS NOT NULL");
        builder.HasIndex(t => t.ParentId).HasFilter("parent_id IS NOT NULL");
    }
}
