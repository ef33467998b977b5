using TaskAspire.AppHost.Deployment;
using TaskAspire.AppHost.Embedded;
using TaskAspire.AppHost.Settings;
using TaskAspire.Standalone.Processes;

namespace TaskAspire.AppHost;

/// <summary>The app model that is being put together, and what it is made for.</summary>
public sealed class StackModel
{
    private StackModel(IDistributedApplicationBuilder builder, StackSettings settings, StackTarget target)
    {
        (Builder, Settings, Target) = (builder, settings, target);
        switch (target)
        {
            case StackTarget.LocalProcesses:
                Embedded = EmbeddedServers.AddTo(builder);
                break;
            case StackTarget.Azure:
                builder.AddAzureTarget();
                break;
            case StackTarget.Compose:
                builder.AddComposeTarget();
                break;
        }

        Secrets = builder.ExecutionContext.IsPublishMode ? ServiceSecrets.AddTo(builder, target) : null;
    }

    /// <summary>Aspire's own builder.</summary>
    public IDistributedApplicationBuilder Builder { get; }

    /// <summary>What was chosen.</summary>
    public StackSettings Settings { get; }

    /// <summary>What follows from the choices.</summary>
    public StackTarget Target { get; }

    /// <summary>Whether servers are containers that this model describes.</summary>
    public bool HasContainers => Target is StackTarget.Containers or StackTarget.Compose;

    /// <summary>Whether Elasticsearch, Logstash, Kibana and Grafana are in it.</summary>
    public bool HasObservability => Settings.Observability && HasContainers;

    /// <summary>The local processes, where those are the servers.</summary>
    internal EmbeddedServers? Embedded { get; }

    /// <summary>What the services need where they are deployed; in development they make their own.</summary>
    internal ServiceSecrets? Secrets { get; }

    /// <summary>Begins a stack by the settings of the app host.</summary>
    /// <exception cref="InvalidOperationException">A setting has a value that it cannot have.</exception>
    public static async Task<StackModel> BeginAsync(IDistributedApplicationBuilder builder)
    {
        LoopbackTraffic.KeepOffProxies();
        var settings = StackSettings.Read(builder.Configuration);
        var target = await settings.FindTargetAsync(builder.ExecutionContext, builder.Configuration);
        if (target == StackTarget.LocalProcesses && settings.Backing == BackingKind.Auto)
        {
            Console.WriteLine("No container runtime answers, so the servers are local processes. Set Backing=containers to insist on containers.");
        }

        return new StackModel(builder, settings, target);
    }

    /// <summary>What holds for every container of ours: its lifetime, by the setting.</summary>
    internal IResourceBuilder<T> WithLifetime<T>(IResourceBuilder<T> container)
        where T : ContainerResource =>
        Settings.PersistentContainers && Target == StackTarget.Containers ? container.WithLifetime(ContainerLifetime.Persistent) : container;

    /// <summary>
    /// The name of a volume: while it runs here, one for each checkout; where it is deployed, the same from
    /// whichever checkout that was done.
    /// </summary>
    internal string VolumeName(IResourceBuilder<ContainerResource> container) =>
        Target == StackTarget.Compose ? $"{container.Resource.Name}-data" : VolumeNameGenerator.Generate(container, "data");
}
