using System.Globalization;
using TaskAspire.Standalone.Output;
using TaskAspire.Standalone.Processes;

namespace TaskAspire.Standalone.Services;

/// <summary>One of our own services as a child process, configured by environment variables alone.</summary>
internal sealed class ServiceProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);

    // Ours to decide: a value left in somebody's shell would move the service to another port.
    private static readonly string[] Withheld = ["PORT", "ASPNETCORE_HTTP_PORTS", "ASPNETCORE_HTTPS_PORTS", "DOTNET_URLS", "DOTNET_LAUNCH_PROFILE"];

    private readonly string _project;
    private readonly ServiceEnvironment _environment;
    private readonly SupervisedChild _child;

    /// <param name="name">The name in the output.</param>
    /// <param name="project">The project, whose build output is run.</param>
    /// <param name="environment">What it is told.</param>
    /// <param name="port">Where it listens.</param>
    /// <param name="records">See <see cref="SupervisedChild.Records"/>.</param>
    /// <param name="output">Shows its lines.</param>
    public ServiceProcess(string name, string project, ServiceEnvironment environment, int port, ChildRecords records, IStackOutput output)
    {
        _project = project;
        _environment = environment;
        Url = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}");
        _child = new SupervisedChild(name, PrepareAsync, output) { Records = records };
    }

    public string Url { get; }

    /// <summary>Starts it and returns when <c>/health</c> answers 200.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(5) };
        await _child.StartAsync(token => HttpProbe.AnswersAsync(http, Url + "/health", token), StartTimeout, cancellationToken);
    }

    public ValueTask DisposeAsync() => _child.DisposeAsync();

    private Task<LaunchSpec> PrepareAsync(CancellationToken cancellationToken)
    {
        var assembly = SourceTree.OutputOf(_project);
        var variables = _environment.Variables(_project, Url);
        foreach (var name in Withheld)
        {
            variables[name] = null;
        }
        return Task.FromResult(new LaunchSpec(Executables.DotNet(), assembly)
        {
            WorkingDirectory = Path.GetDirectoryName(assembly)!,
            Environment = variables,
            // The dispatcher may take 20 s to finish or give back what it holds.
            StopTimeout = TimeSpan.FromSeconds(25),
        });
    }
}
