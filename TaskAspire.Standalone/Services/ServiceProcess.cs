using System.Globalization;
using TaskAspire.Standalone.Output;
using TaskAspire.Standalone.Ports;
using TaskAspire.Standalone.Processes;

namespace TaskAspire.Standalone.Services;

/// <summary>One of our own services as a child process, configured by environment variables alone.</summary>
internal sealed class ServiceProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);

    // Ours to decide: a value left in somebody's shell would move the service to another port.
    private static readonly string[] Withheld = ["PORT", "ASPNETCORE_HTTP_PORTS", "ASPNETCORE_HTTPS_PORTS", "DOTNET_URLS", "DOTNET_LAUNCH_PROFILE"];

    private readonly ServiceDefinition _definition;
    private readonly int _port;
    private readonly ServiceEnvironment _environment;
    private readonly SupervisedChild _child;

    /// <param name="definition">Which service.</param>
    /// <param name="environment">What it is told.</param>
    /// <param name="port">Where it listens.</param>
    /// <param name="records">See <see cref="SupervisedChild.Records"/>.</param>
    /// <param name="output">Shows its lines.</param>
    public ServiceProcess(ServiceDefinition definition, ServiceEnvironment environment, int port, ChildRecords records, IStackOutput output)
    {
        _definition = definition;
        _port = port;
        _environment = environment;
        Url = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}");
        _child = new SupervisedChild(definition.Name, PrepareAsync, output) { Records = records };
    }

    public string Url { get; }

    /// <summary>Starts it and returns when <c>/health</c> answers 200.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(5) };
        await _child.StartAsync(token => HttpProbe.MissingAsync(http, Url + "/health", token), StartTimeout, cancellationToken);
    }

    public ValueTask DisposeAsync() => _child.DisposeAsync();

    private Task<LaunchSpec> PrepareAsync(CancellationToken cancellationToken)
    {
        PortAllocator.EnsureFree(_port, _definition.Use, _definition.PortOption);
        var assembly = SourceTree.OutputOf(_definition.Project);
        var variables = _environment.Variables(_definition.Project, Url);
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
