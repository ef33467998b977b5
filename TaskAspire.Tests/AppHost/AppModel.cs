using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;

namespace TaskAspire.Tests.AppHost;

/// <summary>The app model as the app host writes it for some arguments; nothing of it is started.</summary>
internal sealed class AppModel(IDistributedApplicationTestingBuilder builder) : IAsyncDisposable
{
    public const string Run = "--Backing=containers";
    public const string Embedded = "--Backing=embedded";

    /// <summary>Long enough for a busy machine; a model that takes longer waits for something that does not come.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan PublishPatience = TimeSpan.FromMinutes(2);

    public IReadOnlyCollection<IResource> Resources => [.. builder.Resources];

    public IDistributedApplicationTestingBuilder Builder => builder;

    public static async Task<AppModel> CreateAsync(params string[] args)
    {
        var cancelled = TestContext.Current.CancellationToken;
        return new(await DistributedApplicationTestingBuilder.CreateAsync<Projects.TaskAspire_AppHost>(args, cancelled).WaitAsync(Patience, cancelled));
    }

    // Aspire remembers, for each app host, what was given for parameters; values written here must reach neither the developer's runs nor the next deployment.
    public static Task<AppModel> PublishAsync(string deployment, params string[] args) =>
        CreateAsync(["--operation=publish", "--clear-cache=true", $"--Deployment={deployment}", .. args]);

    /// <summary>Publishes: writes what the arguments ask for.</summary>
    public static async Task WriteAsync(string deployment, params string[] args)
    {
        var cancelled = TestContext.Current.CancellationToken;
        await using var model = await PublishAsync(deployment, args);
        await using var app = await model.Builder.BuildAsync(cancelled).WaitAsync(PublishPatience, cancelled);
        await app.RunAsync(cancelled).WaitAsync(PublishPatience, cancelled);
    }

    public IResource this[string name] => builder.Resources.Single(resource => resource.Name == name);

    /// <summary>The names of what is started or deployed: not of parameters and the like.</summary>
    public IEnumerable<string> Names<T>()
        where T : IResource =>
        Resources.OfType<T>().Select(resource => resource.Name).Order(StringComparer.Ordinal);

    public IEnumerable<T> Annotations<T>(string name)
        where T : IResourceAnnotation =>
        this[name].Annotations.OfType<T>();

    public IReadOnlyList<EndpointAnnotation> Endpoints(string name) => [.. Annotations<EndpointAnnotation>(name)];

    /// <summary>What it waits for, as "name: how".</summary>
    public IEnumerable<string> Waits(string name) =>
        Annotations<WaitAnnotation>(name).Select(wait => $"{wait.Resource.Name}: {wait.WaitType}").Order(StringComparer.Ordinal);

    /// <summary>Its variables; what is not known before the start is shown as the expression for it.</summary>
    public async Task<IReadOnlyDictionary<string, string>> VariablesAsync(string name)
    {
        var variables = new Dictionary<string, object>();
        var context = new EnvironmentCallbackContext(builder.ExecutionContext, this[name], variables, TestContext.Current.CancellationToken);
        foreach (var annotation in Annotations<EnvironmentCallbackAnnotation>(name))
        {
            await annotation.Callback(context);
        }

        return variables.ToDictionary(pair => pair.Key, pair => Shown(pair.Value));
    }

    /// <summary>Its arguments, likewise.</summary>
    public async Task<IReadOnlyList<string>> ArgumentsAsync(string name)
    {
        var arguments = new List<object>();
        foreach (var annotation in Annotations<CommandLineArgsCallbackAnnotation>(name))
        {
            await annotation.Callback(new CommandLineArgsCallbackContext(arguments, this[name], TestContext.Current.CancellationToken) { ExecutionContext = builder.ExecutionContext });
        }

        return [.. arguments.Select(Shown)];
    }

    public ValueTask DisposeAsync() => builder.DisposeAsync();

    private static string Shown(object value) => value is IManifestExpressionProvider expression ? expression.ValueExpression : value.ToString() ?? "";
}
