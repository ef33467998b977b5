using Microsoft.Extensions.DependencyInjection;
using TaskAspire.AppHost.Commands;
using TaskAspire.AppHost.Deployment;
using TaskAspire.AppHost.Embedded;
using TaskAspire.AppHost.Settings;

namespace TaskAspire.AppHost.Resources;

/// <summary>PostgreSQL.</summary>
public static class TaskDatabaseResource
{
    private const string ServerName = "postgres";
    private const string Variable = "ConnectionStrings__";

    /// <summary>
    /// The database of that name on a PostgreSQL server whose data is kept between runs: a container, a local process, or Azure's flexible
    /// server where it is deployed there.
    /// </summary>
    /// <param name="stack">The app model.</param>
    /// <param name="name">Name of the database, and so of the connection string.</param>
    public static IResourceBuilder<IResourceWithConnectionString> AddTaskDatabase(this StackModel stack, string name)
    {
        switch (stack.Target)
        {
            case StackTarget.Azure:
                return stack.Builder.AddAzureTaskDatabase(ServerName, name);
            case StackTarget.LocalProcesses:
                return AddEmbedded(stack, name).WithResetDatabase();
            case StackTarget.Compose:
                return AddContainer(stack).PublishAsComposeServer("pg_isready", "--username=postgres").AddDatabase(name);
            default:
                return AddContainer(stack).WithPgWeb(pgweb => stack.WithLifetime(pgweb).WithExplicitStart()).AddDatabase(name).WithResetDatabase();
        }
    }

    /// <summary>Gives a service the database, and has it start when that answers.</summary>
    public static IResourceBuilder<ProjectResource> WithTaskDatabase(
        this IResourceBuilder<ProjectResource> project, StackModel stack, IResourceBuilder<IResourceWithConnectionString> database)
    {
        project.WithConnectionStringsAlone().WithReference(database).WaitFor(database);
        // In Production the services refuse to start without TLS unless told otherwise. Inside the network of one machine's containers there is none.
        return stack.Target == StackTarget.Compose
            ? project.WithEnvironment(Variable + database.Resource.Name, ReferenceExpression.Create($"{database};SSL Mode=Disable"))
                .WithEnvironment("Database__RequireTls", "false")
            : project;
    }

    private static IResourceBuilder<PostgresServerResource> AddContainer(StackModel stack)
    {
        var server = stack.Builder.AddPostgres(ServerName);
        return stack.WithLifetime(server.WithDataVolume(stack.VolumeName(server)));
    }

    private static IResourceBuilder<EmbeddedServerResource> AddEmbedded(StackModel stack, string name)
    {
        var database = stack.AddEmbeddedServer(name, "postgres", "PostgreSQL", servers => servers.PostgresConnectionString);
        var check = $"{name}_check";
        stack.Builder.Services.AddHealthChecks().AddNpgSql(_ => database.Resource.Address, name: check);
        return database.WithHealthCheck(check);
    }
}
