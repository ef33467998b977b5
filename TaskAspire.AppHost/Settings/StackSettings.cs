using Microsoft.Extensions.Configuration;

namespace TaskAspire.AppHost.Settings;

/// <summary>
/// What can be chosen about the stack. Each is an argument (<c>--Backing=embedded</c>), an environment variable (<c>Backing=embedded</c>) or a
/// line of <c>appsettings.json</c>.
/// </summary>
public sealed record StackSettings
{
    /// <summary><c>Backing</c>: where the servers come from when the stack runs here.</summary>
    /// <value>Default: <see cref="BackingKind.Auto"/>.</value>
    public BackingKind Backing { get; init; }

    /// <summary><c>Deployment</c>: what the stack is published for.</summary>
    /// <value>Default: <see cref="DeploymentKind.Azure"/>.</value>
    public DeploymentKind Deployment { get; init; }

    /// <summary>
    /// <c>Observability</c>: whether Elasticsearch, Logstash, Kibana and Grafana are part of the stack. They want about 4 GB of memory,
    /// and logs, metrics and traces are on the Aspire dashboard without them.
    /// </summary>
    /// <value>Default: true.</value>
    public bool Observability { get; init; } = true;

    /// <summary><c>PersistentContainers</c>: whether containers outlive the app host, so that the next start finds them running.</summary>
    /// <value>Default: false.</value>
    public bool PersistentContainers { get; init; }

    /// <summary>Reads the settings.</summary>
    /// <exception cref="InvalidOperationException">One has a value that it cannot have.</exception>
    public static StackSettings Read(IConfiguration configuration) => new()
    {
        Backing = Word<BackingKind>(configuration, nameof(Backing)),
        Deployment = Word<DeploymentKind>(configuration, nameof(Deployment)),
        Observability = Switch(configuration, nameof(Observability), fallback: true),
        PersistentContainers = Switch(configuration, nameof(PersistentContainers), fallback: false),
    };

    /// <summary>What follows from these settings in the mode in which the app host was started.</summary>
    public async Task<StackTarget> FindTargetAsync(DistributedApplicationExecutionContext context, IConfiguration configuration) => (context.IsPublishMode, Deployment, Backing) switch
    {
        (true, DeploymentKind.Azure, _) => StackTarget.Azure,
        (true, _, _) => StackTarget.Compose,
        (_, _, BackingKind.Containers) => StackTarget.Containers,
        (_, _, BackingKind.Embedded) => StackTarget.LocalProcesses,
        _ when await ContainerRuntime.AnswersAsync(configuration, CancellationToken.None) => StackTarget.Containers,
        _ => StackTarget.LocalProcesses,
    };

    // Not by binding: a number would be taken for any enumeration.
    private static T Word<T>(IConfiguration configuration, string setting)
        where T : struct, Enum
    {
        if (configuration[setting] is not { Length: > 0 } text)
        {
            return default;
        }

        var names = Enum.GetNames<T>();
        return names.Contains(text, StringComparer.OrdinalIgnoreCase)
            ? Enum.Parse<T>(text, ignoreCase: true)
            : throw new InvalidOperationException($"{setting} must be {string.Join(", ", names[..^1]).ToLowerInvariant()} or {names[^1].ToLowerInvariant()}.");
    }

    private static bool Switch(IConfiguration configuration, string setting, bool fallback) => configuration[setting] switch
    {
        null or "" => fallback,
        var text when bool.TryParse(text, out var value) => value,
        _ => throw new InvalidOperationException($"{setting} must be true or false."),
    };
}
