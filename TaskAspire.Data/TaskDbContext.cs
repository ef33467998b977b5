using Microsoft.EntityFrameworkCore;
using TaskAspire.Data.Changes;
using TaskAspire.Data.Idempotency;
using TaskAspire.Data.Keys;
using TaskAspire.Data.Tasks;
using TaskAspire.Data.Users;
using TaskAspire.Data.Webhooks;

namespace TaskAspire.Data;

/// <summary>The database. A user's rows are only ever reached through their <c>user_id</c>.</summary>
public sealed class TaskDbContext(DbContextOptions<TaskDbContext> options) : DbContext(options)
{
    /// <summary>People with an account.</summary>
    public DbSet<User> Users => Set<User>();

    /// <summary>Log-ins.</summary>
    public DbSet<RefreshSession> RefreshSessions => Set<RefreshSession>();

    /// <summary>Credentials of programs.</summary>
    public DbSet<ApiKey> ApiKeys => Set<ApiKey>();

    /// <summary>Categories.</summary>
    public DbSet<Category> Categories => Set<Category>();

    /// <summary>Tags.</summary>
    public DbSet<Tag> Tags => Set<Tag>();

    /// <summary>Tasks, those in the trash included.</summary>
    public DbSet<TaskItem> Tasks => Set<TaskItem>();

    /// <summary>Tags on tasks.</summary>
    public DbSet<TaskTag> TaskTags => Set<TaskTag>();

    /// <summary>Reminders of tasks.</summary>
    public DbSet<TaskReminder> TaskReminders => Set<TaskReminder>();

    /// <summary>What changed.</summary>
    public DbSet<Change> Changes => Set<Change>();

    /// <summary>How many changes each user's data has seen.</summary>
    public DbSet<ChangeCounter> ChangeCounters => Set<ChangeCounter>();

    /// <summary>Addresses that are told of events.</summary>
    public DbSet<WebhookEndpoint> WebhookEndpoints => Set<WebhookEndpoint>();

    /// <summary>What there is to tell: the outbox.</summary>
    public DbSet<WebhookEvent> WebhookEvents => Set<WebhookEvent>();

    /// <summary>Events on their way.</summary>
    public DbSet<WebhookDelivery> WebhookDeliveries => Set<WebhookDelivery>();

    /// <summary>Tries to deliver.</summary>
    public DbSet<WebhookAttempt> WebhookAttempts => Set<WebhookAttempt>();

    /// <summary>Sums of tries, by endpoint and time.</summary>
    public DbSet<WebhookTally> WebhookTallies => Set<WebhookTally>();

    /// <summary>Answers kept for a repeat.</summary>
    public DbSet<IdempotencyKey> IdempotencyKeys => Set<IdempotencyKey>();

    /// <summary>The key ring that encrypts webhook secrets, shared by all instances.</summary>
    public DbSet<DataProtectionKey> DataProtectionKeys => Set<DataProtectionKey>();

    /// <inheritdoc />
    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.HasPostgresExtension("pg_trgm");
        modelBuilder.HasPostgresExtension("btree_gin");
        modelBuilder.ApplyConfigurationsFromAssembly(typeof(TaskDbContext).Assembly);
    }
}
