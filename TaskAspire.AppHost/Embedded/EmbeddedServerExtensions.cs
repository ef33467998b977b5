using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using TaskAspire.Standalone;
using TaskAspire.Standalone.Backing;

namespace TaskAspire.AppHost.Embedded;

/// <summary>Local processes as resources: their state, log and health are on the dashboard like those of a container.</summary>
internal static class EmbeddedServerExtensions
{
    /// <param name="stack">The app model.</param>
    /// <param name="name">Name of the resource, and so of the connection string.</param>
    /// <param name="part">The server, as TaskAspire.Standalone calls it.</param>
    /// <param name="type">What the dashboard calls its kind.</param>
    /// <param name="connectionString">Where it is, among all that runs.</param>
    public static IResourceBuilder<EmbeddedServerResource> AddEmbeddedServer(
        this StackModel stack, string name, string part, string type, Func<EmbeddedBacking, string> connectionString)
    {
        return stack.Builder.AddResource(new EmbeddedServerResource(name))
            .ExcludeFromManifest()
            .WithIconName("Database")
            .WithInitialState(new CustomResourceSnapshot { ResourceType = type, State = KnownResourceStates.NotStarted, Properties = [new(CustomResourceKnownProperties.Source, "local process")] })
            .OnInitializeResource((resource, started, cancellationToken) => RunAsync(resource, started, cancellationToken));

        async Task RunAsync(EmbeddedServerResource resource, InitializeResourceEvent started, CancellationToken cancellationToken)
        {
            // From the container, which only disposes of what it has handed out.
            var servers = started.Services.GetRequiredService<EmbeddedServers>();
            servers.ShowIn(part, started.Logger);
            await started.Notifications.PublishUpdateAsync(resource, state => state with { State = KnownResourceStates.Starting });
            try
            {
                resource.IsAt(connectionString(await servers.StartAsync().WaitAsync(cancellationToken)));
            }
            catch (Exception exception)
            {
                resource.Failed(exception);
                started.Logger.LogError("{Reason}", exception is StackException ? exception.Message : exception.ToString());
                await started.Notifications.PublishUpdateAsync(resource, state => state with { State = KnownResourceStates.FailedToStart });
                return;
            }

            await started.Eventing.PublishAsync(new ConnectionStringAvailableEvent(resource, started.Services), cancellationToken);
            await started.Eventing.PublishAsync(new BeforeResourceStartedEvent(resource, started.Services), cancellationToken);
            await started.Notifications.PublishUpdateAsync(
                resource, state => state with { State = KnownResourceStates.Running, StartTimeStamp = TimeProvider.System.GetUtcNow().UtcDateTime });
        }
    }
}
