using TaskAspire.AppHost.Deployment;
using TaskAspire.AppHost.Settings;

namespace TaskAspire.AppHost.Resources;

/// <summary>The migrator: the API's program, which brings the schema up to date and ends.</summary>
public static class MigratorResource
{
    /// <summary>Adds it. Others wait for its completion; where it is deployed it is a job.</summary>
    /// <param name="stack">The app model.</param>
    /// <param name="name">Name of the resource.</param>
    /// <param name="database">What it migrates.</param>
    public static IResourceBuilder<ProjectResource> AddMigrator(this StackModel stack, string name, IResourceBuilder<IResourceWithConnectionString> database)
    {
        var migrator = stack.Builder.AddProject<Projects.TaskAspire_ApiService>(name, WithoutEndpoints)
            .WithArgs("migrate")
            .WithTaskDatabase(stack, database);
        return stack.Target switch
        {
            StackTarget.Azure => migrator.PublishAsStartedJob(),
            StackTarget.Compose => migrator.PublishAsDockerComposeService((_, service) => service.Restart = "on-failure"),
            // Without its launch profile it would run as Production here, and ask for what a developer's machine does not have.
            _ => migrator.WithEnvironment("DOTNET_ENVIRONMENT", stack.Builder.Environment.EnvironmentName),
        };
    }

    // The ports of its launch profile belong to the same project's server.
    private static void WithoutEndpoints(ProjectResourceOptions options) => (options.ExcludeLaunchProfile, options.ExcludeKestrelEndpoints) = (true, true);
}
