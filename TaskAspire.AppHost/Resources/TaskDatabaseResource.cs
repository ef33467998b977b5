namespace TaskAspire.AppHost.Resources;

/// <summary>PostgreSQL.</summary>
public static class TaskDatabaseResource
{
    /// <summary>A PostgreSQL server whose data is kept between runs, with the database of that name.</summary>
    /// <param name="builder">The app model.</param>
    /// <param name="name">Name of the database, and so of the connection string.</param>
    public static IResourceBuilder<PostgresDatabaseResource> AddTaskDatabase(this IDistributedApplicationBuilder builder, string name) =>
        builder.AddPostgres("postgres").WithDataVolume().AddDatabase(name);
}
