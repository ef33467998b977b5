using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using TaskAspire.Data.Users;

namespace TaskAspire.Data.Tasks;

/// <summary>A time at which the owner of a task is to be reminded of it: absolute, or relative to the due date.</summary>
public sealed class TaskReminder
{
    /// <summary>UUIDv7.</summary>
    public Guid Id { get; init; } = Guid.CreateVersion7();

    /// <summary>The task.</summary>
    public Guid TaskId { get; init; }

    /// <summary>The owner of the task.</summary>
    public Guid UserId { get; init; }

    /// <summary>The absolute time, UTC; null for a relative reminder.</summary>
    public DateTimeOffset? At { get; set; }

    /// <summary>Minutes before the due date; null for an absolute reminder.</summary>
    public int? MinutesBeforeDue { get; set; }

    /// <summary>When it is to fire, UTC; null when it has fired or must not (task closed, no due date).</summary>
    public DateTimeOffset? FireAt { get; set; }

    /// <summary>When it fired, UTC; for one that came due while its task was closed, and so did not fire, when that was.</summary>
    public DateTimeOffset? FiredAt { get; set; }

    /// <summary>The time it stands for, whether or not it will fire.</summary>
    public DateTimeOffset? TimeFor(TaskItem task) => At ?? task.DueDate?.AddMinutes(-MinutesBeforeDue.GetValueOrDefault());

    internal void Rearm(TaskItem task, DateTimeOffset now, bool dueDateMoved, bool reopened)
    {
        if (dueDateMoved && MinutesBeforeDue is not null)
        {
            FiredAt = null;
        }

        var time = TimeFor(task);
        if (reopened && FiredAt is null && time < now)
        {
            FiredAt = time;
        }

        FireAt = task.IsOpen && FiredAt is null ? time : null;
    }
}

internal sealed class TaskReminderConfiguration : IEntityTypeConfiguration<TaskReminder>
{
    public void Configure(EntityTypeBuilder<TaskReminder> builder)
    {
        // Made here, not by EF Core, which would take a new reminder of an existing task for an existing one.
        builder.Property(r => r.Id).ValueGeneratedNever();
        builder.HasOne<User>().WithMany().HasForeignKey(r => r.UserId).OnDelete(DeleteBehavior.Cascade);
        builder.HasIndex(r => r.TaskId);
        builder.HasIndex(r => r.UserId);
        builder.HasIndex(r => r.FireAt).HasFilter("fire_at IS NOT NULL").HasDatabaseName("ix_task_reminders_due");
        builder.ToTable(t => t.HasCheckConstraint("ck_task_reminders_one_kind", "(at IS NULL) <> (minutes_before_due IS NULL)"));
    }
}
