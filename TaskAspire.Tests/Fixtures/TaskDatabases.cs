using Microsoft.EntityFrameworkCore;
using TaskAspire.Data;

namespace TaskAspire.Tests.Fixtures;

/// <summary>Databases with the schema of the product.</summary>
public static class TaskDatabases
{
    /// <summary>A new database with all migrations applied: a copy of one that was migrated once.</summary>
    public static Task<string> CreateTaskDatabaseAsync(this BackingServices services, CancellationToken cancellationToken) =>
        services.CreateDatabaseAsync(TaskDatabase.ConnectionName, MigrateAsync, cancellationToken);

    /// <summary>A context on a database, for a test that looks behind the API.</summary>
    public static TaskDbContext Open(string connectionString)
    {
        var options = new DbContextOptionsBuilder<TaskDbContext>().UseNpgsql(connectionString);
        TaskDatabase.Configure(options);
        return new TaskDbContext(options.Options);
    }

    private static async Task MigrateAsync(string connectionString, CancellationToken cancellationToken)
    {
        await using var database = Open(connectionString);
        await database.Database.MigrateAsync(cancellationToken);
    }
}
