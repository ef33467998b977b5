#pragma warning disable ASPIREPIPELINES001, ASPIREPIPELINES002 // May change in another version; then the compiler says so here.
using System.Diagnostics;
using Aspire.Hosting.Pipelines;
using Microsoft.Extensions.DependencyInjection;

namespace TaskAspire.AppHost.Deployment;

/// <summary>
/// A job of Azure Container Apps that every deployment runs once. Azure only keeps it ready: <c>aspire deploy</c> starts it by the step here,
/// <c>azd</c> by the hook in <c>azure.yaml</c>.
/// </summary>
internal static class StartedJob
{
    public static IResourceBuilder<ProjectResource> PublishAsStartedJob(this IResourceBuilder<ProjectResource> project)
    {
        var name = project.Resource.Name;
        var (deploy, start) = ($"deploy-{name}", $"start-{name}");
        return project
            .PublishAsAzureContainerAppJob((_, job) => job.Configuration.ReplicaRetryLimit = 3)
            .WithPipelineStepFactory(
                start,
                context => StartAsync(context, name),
                requiredBy: [WellKnownPipelineSteps.Deploy],
                description: $"Starts the job {name}.")
            // Steps are looked at before there are deployment targets, too; what depends then on the step that deploys the job depends on one that is unknown.
            .WithPipelineConfiguration(context =>
            {
                if (context.Steps.Any(step => step.Name == deploy))
                {
                    context.Steps.Single(step => step.Name == start).DependsOn(deploy);
                }
            });
    }

    private static async Task StartAsync(PipelineStepContext context, string job)
    {
        var azure = await context.Services.GetRequiredService<IDeploymentStateManager>().AcquireSectionAsync("Azure", context.CancellationToken);
        var resourceGroup = azure.Data["ResourceGroup"]?.ToString() ?? throw new InvalidOperationException($"It is not known which resource group the job {job} was deployed to.");
        List<string> arguments = ["containerapp", "job", "start", "--name", job, "--resource-group", resourceGroup, "--output", "none"];
        if (azure.Data["SubscriptionId"]?.ToString() is { Length: > 0 } subscription)
        {
            arguments.AddRange(["--subscription", subscription]);
        }

        await RunAzureCliAsync(arguments, context.CancellationToken);
    }

    private static async Task RunAzureCliAsync(IEnumerable<string> arguments, CancellationToken cancellationToken)
    {
        // The deployment has logged in by the same CLI before. On Windows it is a batch file, which only a shell finds by this name.
        var start = OperatingSystem.IsWindows() ? new ProcessStartInfo("cmd.exe", ["/c", "az", .. arguments]) : new ProcessStartInfo("az", arguments);
        start.RedirectStandardError = true;
        using var process = Process.Start(start) ?? throw new InvalidOperationException("The Azure CLI (az) could not be started.");
        var errors = await process.StandardError.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"az {string.Join(' ', arguments)} ended with exit code {process.ExitCode}: {errors.Trim()}");
        }
    }
}
