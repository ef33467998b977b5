namespace TaskAspire.AppHost.Resources;

/// <summary>A project that does one thing and ends.</summary>
public static class RunsOnceExtensions
{
    /// <summary>Options for <c>AddProject</c>: no ports, which belong to the same project's server.</summary>
    public static void WithoutEndpoints(ProjectResourceOptions options) =>
        (options.ExcludeLaunchProfile, options.ExcludeKestrelEndpoints) = (true, true);

    /// <summary>Runs the project with that command in place of its server.</summary>
    /// <param name="project">The project.</param>
    /// <param name="command">Its argument.</param>
    public static IResourceBuilder<ProjectResource> RunsOnce(this IResourceBuilder<ProjectResource> project, string command)
    {
        project.WithArgs(command);
        // Without its launch profile it would run as Production here, and ask for secrets that a developer's machine does not have.
        return project.ApplicationBuilder.ExecutionContext.IsRunMode
            ? project.WithEnvironment("DOTNET_ENVIRONMENT", project.ApplicationBuilder.Environment.EnvironmentName)
            : project;
    }
}
